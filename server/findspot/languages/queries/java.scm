; Java.

(class_declaration name: (_) @name) @cls.class
(record_declaration name: (_) @name) @cls.class
(interface_declaration name: (_) @name) @cls.interface
(annotation_type_declaration name: (_) @name) @cls.interface
(enum_declaration name: (_) @name) @cls.enum
(method_declaration name: (_) @name body: (_)) @fn.method
(method_declaration name: (_) @name !body) @sym.method
(annotation_type_element_declaration name: (_) @name) @sym.method
(constructor_declaration name: (_) @name) @fn.method
(compact_constructor_declaration name: (_) @name) @fn.method
(constant_declaration declarator: (variable_declarator name: (identifier) @name)) @upper.constant

(field_declaration declarator: (variable_declarator name: (identifier) @name value: (lambda_expression) @value)) @bound.function
(method_invocation name: (identifier) @verb
  arguments: (argument_list . (string_literal) @label (lambda_expression) @value)) @called
(method_declaration (modifiers (annotation name: (identifier) @verb
  arguments: (annotation_argument_list . [(string_literal) @label (element_value_pair value: (string_literal) @label)])))
  (#match? @verb "^(Get|Post|Put|Patch|Delete|Request)Mapping$")) @alias.route
(method_declaration (modifiers (annotation name: (identifier) @call arguments: (annotation_argument_list . (string_literal) @label)))
  (#eq? @call "DisplayName")) @alias.test

(field_declaration declarator: (variable_declarator name: (identifier) @name)) @upper.constant
(field_declaration declarator: (variable_declarator name: (identifier) @name)) @sym.field
(enum_constant name: (identifier) @name) @sym.constant
(record_declaration parameters: (formal_parameters (formal_parameter name: (identifier) @name) @sym.field))

(line_comment) @comment
(block_comment) @comment

(method_invocation name: (identifier) @ref)
(method_reference (identifier) @ref .)
(object_creation_expression type: [(type_identifier) @ref (generic_type (type_identifier) @ref)
  (scoped_type_identifier (type_identifier) @ref .)])
(superclass [(type_identifier) @ref (generic_type . (type_identifier) @ref)])
(super_interfaces (type_list [(type_identifier) @ref (generic_type . (type_identifier) @ref)]))
(extends_interfaces (type_list [(type_identifier) @ref (generic_type . (type_identifier) @ref)]))
(marker_annotation name: (identifier) @ref)
(annotation name: (identifier) @ref)

(import_declaration [(scoped_identifier) (identifier)] @target) @import

(ERROR) @error
