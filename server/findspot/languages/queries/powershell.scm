; PowerShell: help stands before a function or at the beginning of it.

(function_statement (function_name) @name . (comment)? @doc . (function_parameter_declaration)?
  . (script_block script_block_body: (_) @body)) @fn.function
(function_statement (function_name) @name (script_block !script_block_body)) @fn.function
(function_statement (function_name) @name .) @fn.function
(class_statement . (simple_name) @name) @cls.class
(class_method_definition (simple_name) @name (script_block)? @body) @fn.method
(class_property_definition (variable) @name) @sym.field
(enum_statement . (simple_name) @name) @cls.enum
(enum_member . (simple_name) @name) @sym.constant
(assignment_expression (left_assignment_expression) @name
  value: (pipeline . (pipeline_chain . (logical_expression . (bitwise_expression . (comparison_expression
    . (additive_expression . (multiplicative_expression . (format_expression . (range_expression
    . (array_literal_expression . (unary_expression . (script_block_expression) @value .) .) .) .) .) .) .) .) .) .) .)) @bound.function

(command command_name: (command_name) @verb
  command_elements: (command_elements
    . (command_argument_sep) . (command_parameter)? . (command_argument_sep)?
    . (array_literal_expression (unary_expression (string_literal) @label))
    (array_literal_expression (unary_expression (script_block_expression) @body)) .)
  (#match? @verb "^(?i:describe|context|it)$")) @called.test

; Routes of Pode.
(command command_name: (command_name) @call
  command_elements: (command_elements
    (command_parameter) . (command_argument_sep) . (generic_token) @verb . (command_argument_sep)
    . (command_parameter) . (command_argument_sep) . (array_literal_expression (unary_expression (string_literal) @label)))
  (#eq? @call "Add-PodeRoute")) @called.route

(comment) @comment

(command command_name: (command_name) @ref (#not-match? @ref "^(using|configuration)$"))
(invokation_expression (member_name (simple_name) @ref) (#not-eq? @ref "new"))
(invokation_expression . (type_literal (type_spec (type_name (type_identifier) @ref))) (member_name (simple_name) @call)
  (#eq? @call "new"))
(class_statement . (simple_name) . (simple_name) @ref)

(command command_name: (command_name) @call
  command_elements: (command_elements . (command_argument_sep) . (generic_token) @what
    . (command_argument_sep) . [(generic_token) (array_literal_expression)] @target)
  (#eq? @call "using") (#eq? @what "module")) @import
(command command_name: (command_name) @call
  command_elements: (command_elements . (command_argument_sep) . [(generic_token) (array_literal_expression)] @target)
  (#any-of? @call "Import-Module" "import-module" "ipmo")) @import
(command (command_invokation_operator) @call command_name: (_) @target (#eq? @call ".")) @import

(ERROR) @error
