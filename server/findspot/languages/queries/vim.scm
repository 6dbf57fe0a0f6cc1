; Vim script.

(function_definition (function_declaration name: (scoped_identifier (identifier) @name))) @fn.function
(function_definition (function_declaration name: (identifier) @name)) @fn.function
(function_definition (function_declaration name: (field_expression value: (_) @in field: (identifier) @name))) @fn.method
(command_statement name: (command_name) @name) @sym.function
(script_file (let_statement . (scoped_identifier (identifier) @name)) @sym.variable)
(augroup_statement (augroup_name) @name (#not-eq? @name "END")) @sym.namespace

(comment) @comment

(call_expression function: [(identifier) @ref (scoped_identifier (identifier) @ref) (field_expression field: (identifier) @ref)])

(source_statement file: (filename) @target) @import
(runtime_statement (filenames (filename) @target)) @import

(ERROR) @error
