; Dart: a signature and its body are neighbours, so a definition begins with one and ends with the other.

(program [
  (function_signature name: (identifier) @name)
  (getter_signature name: (identifier) @name)
  (setter_signature name: (identifier) @name)] @fn.function . (function_body) @body)
(program "external" . [
  (function_signature name: (identifier) @name)
  (getter_signature name: (identifier) @name)] @fn.function)
((method_signature [
  (function_signature name: (identifier) @name)
  (getter_signature name: (identifier) @name)
  (setter_signature name: (identifier) @name)
  (operator_signature (_) @name . (formal_parameter_list))
  (constructor_signature name: (identifier) @name . parameters: (_))
  (factory_constructor_signature (identifier) @name . (formal_parameter_list))]) @fn.method . (function_body) @body)
(declaration [
  (function_signature name: (identifier) @name)
  (getter_signature name: (identifier) @name)
  (setter_signature name: (identifier) @name)
  (operator_signature (_) @name . (formal_parameter_list))
  (constructor_signature name: (identifier) @name . parameters: (_))
  (constant_constructor_signature (identifier) @name . (formal_parameter_list))
  (factory_constructor_signature (identifier) @name . (formal_parameter_list))
  (redirecting_factory_constructor_signature (identifier) @name . (formal_parameter_list))]) @fn.method
(lambda_expression parameters: (function_signature name: (identifier) @name) body: (_) @body) @fn.function
(static_final_declaration . (identifier) @name (function_expression) @value) @bound.function
(initialized_variable_definition name: (identifier) @name value: (function_expression) @value) @bound.function

(class_definition name: (identifier) @name) @cls.class
(class_definition (mixin_application_class . (identifier) @name)) @cls.class
(mixin_declaration . (mixin) . (identifier) @name) @cls.trait
(mixin_declaration . (base) . (mixin) . (identifier) @name) @cls.trait
(extension_declaration name: (identifier) @name) @cls.class
(extension_declaration !name class: (_) @path) @impl
(extension_type_declaration name: (identifier) @name) @cls.class
(enum_declaration name: (identifier) @name) @cls.enum
(enum_constant name: (identifier) @name) @sym.constant
(type_alias . (type_identifier) @name) @sym.type
(program (static_final_declaration_list (static_final_declaration . (identifier) @name) @sym.constant))
(program (initialized_identifier_list (initialized_identifier . (identifier) @name) @sym.variable))
(declaration (static_final_declaration_list (static_final_declaration . (identifier) @name) @sym.constant))
(declaration (initialized_identifier_list (initialized_identifier . (identifier) @name) @sym.field))

; `test('name', () { })`, and `router.get('/path', (request) { })`.
(expression_statement . (identifier) @verb
  . (selector (argument_part (arguments . (argument (string_literal) @label) . (argument (function_expression) @value))))) @called
(expression_statement
  (selector (unconditional_assignable_selector (identifier) @verb))
  . (selector (argument_part (arguments . (argument (string_literal) @label) . (argument (function_expression) @value)))) .) @called
(cascade_section (cascade_selector (identifier) @verb)
  . (argument_part (arguments . (argument (string_literal) @label) . (argument (function_expression) @value)))) @called

; A route whose handler has a name.
(expression_statement (selector (unconditional_assignable_selector (identifier) @verb))
  . (selector (argument_part (arguments . (argument (string_literal) @label) . (argument (identifier)) .))) .
  (#any-of? @verb "get" "post" "put" "patch" "delete" "all") (#match? @label "^.[/]")) @called.route
(cascade_section (cascade_selector (identifier) @verb)
  . (argument_part (arguments . (argument (string_literal) @label) . (argument (identifier)) .))
  (#any-of? @verb "get" "post" "put" "patch" "delete" "all") (#match? @label "^.[/]")) @called.route

(comment) @comment
(documentation_comment) @comment
(annotation) @attribute
(program "external" @attribute)

((identifier) @ref . (selector (argument_part)))
((selector [
  (unconditional_assignable_selector (identifier) @ref)
  (conditional_assignable_selector (identifier) @ref)]) . (selector (argument_part)))
(cascade_section (cascade_selector (identifier) @ref) . (argument_part))
(cascade_section (conditional_assignable_selector (identifier) @ref) . (argument_part))
(new_expression (type_identifier) @ref)
(const_object_expression (type_identifier) @ref)
(superclass (type_identifier) @ref)
(mixins (type_identifier) @ref)
(interfaces (type_identifier) @ref)

(uri (string_literal) @target) @import

(ERROR) @error
