; OCaml: implementations and interfaces are read by one grammar. A `let`, `type` or `module` that binds one name is part
; of its definition; where it binds several, it leads the first.

(value_definition . (let_binding) @inner .) @outer
(type_definition . (type_binding) @inner .) @outer
(module_definition . (module_binding) @inner .) @outer
(class_definition . (class_binding) @inner .) @outer
(class_type_definition . (class_type_binding) @inner .) @outer
(value_definition ["let" "rec"] @attribute (let_binding) (let_binding))
(type_definition ["type" "nonrec"] @attribute (type_binding) (type_binding))
(module_definition ["module" "rec"] @attribute (module_binding) (module_binding))
(class_definition "class" @attribute (class_binding) (class_binding))
(_ "and" @attribute)

(let_binding pattern: [(value_name) @name (parenthesized_operator (_) @name)] (parameter)) @fn.function
(let_binding pattern: (value_name) @name body: [(fun_expression) (function_expression)] @value) @fn.function
(compilation_unit (value_definition (let_binding pattern: (value_name) @name) @bound.constant))
(structure (value_definition (let_binding pattern: (value_name) @name) @bound.constant))
(external (value_name) @name) @fn.function
(value_specification [(value_name) @name (parenthesized_operator (_) @name)]) @bound.function

(module_definition (module_binding (module_name) @name body: [(structure) (functor)] @body) @cls.module)
(module_definition (module_binding . (module_name) @name module_type: (signature)) @scope.module)
(module_definition (module_binding . (module_name) @name) @sym.module)
(module_type_definition (module_type_name) @name body: (_)) @cls.interface
(class_definition (class_binding (class_name) @name) @cls.class)
(class_type_definition (class_type_binding (class_type_name) @name) @cls.interface)
(method_definition (method_name) @name) @fn.method
(method_specification (method_name) @name) @sym.method
(instance_variable_definition (instance_variable_name) @name) @sym.field

(type_definition (type_binding name: (type_constructor) @name body: (record_declaration)) @large.struct)
(type_definition (type_binding name: (type_constructor) @name body: (variant_declaration)) @large.enum)
(type_definition (type_binding name: (type_constructor) @name) @sym.type)
(exception_definition (constructor_declaration (constructor_name) @name)) @sym.class
(variant_declaration (constructor_declaration (constructor_name) @name) @sym.constant)
(record_declaration (field_declaration (field_name) @name) @sym.field)

; Tests: let%test, Alcotest, OUnit.
(value_definition (attribute_id) @verb (let_binding pattern: (string) @label) (#match? @verb "test")) @called.test
(application_expression function: (value_path (value_name) @verb) . argument: (string) @label
  (#any-of? @verb "test_case" "test_case_sync" "test")) @called.test
(infix_expression left: (string) @label operator: (_) @verb (#match? @verb "^>:")) @called.test

(comment) @comment

(application_expression function: (value_path (value_name) @ref))
(application_expression function: (constructor_path (constructor_name) @ref))
(infix_expression operator: _ @call right: (value_path (value_name) @ref) (#any-of? @call "|>" ">>=" ">|=" ">>"))
(infix_expression left: (value_path (value_name) @ref) operator: _ @call (#eq? @call "@@"))
(new_expression (class_path (class_name) @ref))
(inheritance_definition (class_path (class_name) @ref))
(inheritance_definition (_ (class_path (class_name) @ref)))
(module_application functor: (module_path (module_name) @ref .))

(open_module module: (module_path) @target) @import
(include_module module: (module_path) @target) @import
(include_module module: (module_application functor: (module_path) @target)) @import
(module_binding body: (module_path) @target) @import
(module_binding body: (module_application functor: (module_path) @target)) @import

(ERROR) @error
