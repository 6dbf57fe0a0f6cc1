; Kotlin.

(function_declaration (user_type . (identifier) @in) . "." . name: (identifier) @name (function_body) @body) @fn.function
(function_declaration name: (identifier) @name (function_body) @body) @fn.function
(function_declaration name: (identifier) @name) @sym.function
(secondary_constructor "constructor" @name) @fn.method
(class_declaration "interface" name: (identifier) @name) @cls.interface
(class_declaration "class" name: (identifier) @name (enum_class_body)) @cls.enum
(class_declaration "class" name: (identifier) @name) @cls.class
(object_declaration name: (identifier) @name) @cls.class
(companion_object) @impl
(type_alias (identifier) @name) @sym.type
(type_alias type: (identifier) @name) @sym.type
(property_declaration (variable_declaration (identifier) @name)) @upper.constant
(property_declaration (variable_declaration (identifier) @name) (getter)) @bound.field
(property_declaration (variable_declaration (identifier) @name) [(lambda_literal) (anonymous_function)] @value) @bound.function

(class_body (property_declaration (variable_declaration (identifier) @name)) @sym.field
  (#not-match? @name "^[A-Z][A-Z0-9_]+$"))
(class_parameter ["val" "var"] (identifier) @name) @sym.field
(enum_entry (identifier) @name) @sym.constant

; Properties that are calls with a function: `val app = module { }`, `val rates by lazy { }`.
(source_file (property_declaration (variable_declaration (identifier) @name) [
  (call_expression (annotated_lambda (lambda_literal)) @value)
  (property_delegate (call_expression (annotated_lambda (lambda_literal)) @value))]) @bound.function)
(class_body (property_declaration (variable_declaration (identifier) @name) [
  (call_expression (annotated_lambda (lambda_literal)) @value)
  (property_delegate (call_expression (annotated_lambda (lambda_literal)) @value))]) @bound.field)

; Calls with a function, named by their strings.
(call_expression
  (call_expression [(identifier) @verb (navigation_expression (identifier) @verb .)]
    (value_arguments . (value_argument (string_literal) @label)))
  (annotated_lambda) @body) @called
(call_expression (string_literal) @label (annotated_lambda) @body) @called.test
(infix_expression (string_literal) @label (identifier) @verb (lambda_literal) @body
  (#any-of? @verb "should" "When" "Should" "given" "then")) @called.test
(function_declaration (modifiers (annotation (constructor_invocation (user_type (identifier) @verb .)
  (value_arguments . (value_argument (string_literal) @label)))))
  (#match? @verb "^(Get|Post|Put|Patch|Delete|Request)Mapping$")) @alias.route

(line_comment) @comment
(block_comment) @comment

(call_expression . [(identifier) @ref (navigation_expression (identifier) @ref .)])
(constructor_invocation (user_type (identifier) @ref .))
(delegation_specifier (user_type (identifier) @ref .))
(annotation (user_type (identifier) @ref .))

(import (qualified_identifier) @target) @import

(ERROR) @error
