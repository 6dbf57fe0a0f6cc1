; Lua: functions live in tables.

(function_declaration name: (_) @path) @fn.function
(assignment_statement
  (variable_list . name: (_) @path)
  (expression_list . value: (function_definition) @value)) @bound.function
(assignment_statement
  (variable_list . name: (identifier) @name .)
  (expression_list . value: (table_constructor (field)) .)) @table.variable
(field name: (identifier) @name value: (function_definition) @value) @bound.function
(chunk (assignment_statement (variable_list name: (_) @path)) @upper.constant)
(chunk (variable_declaration (assignment_statement (variable_list name: (_) @path))) @upper.constant)
(variable_declaration (assignment_statement) @inner) @outer

; Calls with a function, named by their strings.
(function_call
  name: [
    (identifier) @verb
    (method_index_expression method: (identifier) @verb)
    (dot_index_expression field: (identifier) @verb)]
  arguments: (arguments . (string) @label (function_definition) @value)) @called

(comment) @comment

(function_call name: [(identifier) @ref (dot_index_expression field: (identifier) @ref)
  (method_index_expression method: (identifier) @ref)])

(function_call name: (identifier) @call arguments: (arguments (string content: (_) @target))
  (#any-of? @call "require" "dofile")) @import

(ERROR) @error
