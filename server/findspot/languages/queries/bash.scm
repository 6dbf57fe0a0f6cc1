; Shell scripts.

(function_definition name: (word) @name) @fn.function
(program (variable_assignment name: (variable_name) @name) @upper.constant)
(program (declaration_command (variable_assignment name: (variable_name) @name)) @upper.constant)

(comment) @comment

(command name: (command_name (word) @ref))

(command name: (command_name) @call . argument: (_) @target (#any-of? @call "source" ".")) @import

(ERROR) @error
