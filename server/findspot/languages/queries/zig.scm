; Zig: types are values bound to names, or what a generic function returns.

(function_declaration name: (identifier) @name type: (_) @call (#not-eq? @call "type")) @fn.function
(function_declaration name: (identifier) @name type: (builtin_type) @call (#eq? @call "type")) @cls.struct
(variable_declaration (identifier) @name (struct_declaration)) @cls.struct
(variable_declaration (identifier) @name (union_declaration)) @cls.struct
(variable_declaration (identifier) @name (opaque_declaration)) @cls.struct
(variable_declaration (identifier) @name (enum_declaration)) @cls.enum
(variable_declaration (identifier) @name (error_set_declaration)) @sym.enum
(source_file (variable_declaration . (identifier) @name [(integer) (float) (string) (boolean)]) @sym.constant)

(container_field name: (identifier) @name) @sym.field
(test_declaration [(string) (identifier)] @label (block) @body) @called.test

(comment) @comment

(call_expression function: [(identifier) @ref (field_expression member: (identifier) @ref)])

(builtin_function (builtin_identifier) @call (arguments . (string (string_content) @target)) (#eq? @call "@import")) @import

(ERROR) @error
