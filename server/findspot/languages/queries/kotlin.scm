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

(line_comment) @comment
(block_comment) @comment

(call_expression . [(identifier) @ref (navigation_expression (identifier) @ref .)])
(constructor_invocation (user_type (identifier) @ref .))
(delegation_specifier (user_type (identifier) @ref .))
(annotation (user_type (identifier) @ref .))

(import (qualified_identifier) @target) @import

(ERROR) @error
