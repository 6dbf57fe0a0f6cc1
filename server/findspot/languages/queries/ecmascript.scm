; What JavaScript, TypeScript and TSX share.

(function_declaration name: (_) @name) @fn.function
(generator_function_declaration name: (_) @name) @fn.function
(class_declaration name: (_) @name) @cls.class
(method_definition name: (_) @name) @fn.method

; Functions bound to names.
(variable_declarator
  name: (identifier) @name
  value: [(arrow_function) (function_expression) (generator_function)] @value) @bound.function
(variable_declarator name: (identifier) @name value: (class) @value) @cls.class
(pair
  key: [(property_identifier) (string)] @name
  value: [(arrow_function) (function_expression) (generator_function)] @value) @bound.function
(expression_statement
  (assignment_expression
    left: [(identifier) (member_expression)] @path
    right: [(arrow_function) (function_expression) (generator_function)] @value)) @bound.function

; A table of functions gives its name to them: `const api = { get() {} }` holds `api.get`.
(variable_declarator name: (identifier) @name value: (object [(method_definition) (pair)])) @table.variable

(lexical_declaration . (variable_declarator) @inner .) @outer
(variable_declaration . (variable_declarator) @inner .) @outer
(export_statement declaration: (_) @inner) @outer

(program (lexical_declaration (variable_declarator name: (identifier) @name) @upper.constant))
(program (variable_declaration (variable_declarator name: (identifier) @name) @upper.constant))
(program (export_statement declaration: (lexical_declaration (variable_declarator name: (identifier) @name) @sym.constant)))

; What a script exports as its component (Vue): its methods are named after it.

(export_statement value: (object (pair key: (property_identifier) @key value: (string) @name)) @component
  (#eq? @key "name"))
(export_statement value: (object) @component)
(export_statement value: (call_expression
  arguments: (arguments . (object (pair key: (property_identifier) @key value: (string) @name)))) @component
  (#eq? @key "name"))
(export_statement value: (call_expression arguments: (arguments . (object))) @component)

(comment) @comment

(call_expression function: [(identifier) @ref
  (member_expression property: [(property_identifier) (private_property_identifier)] @ref)])
(new_expression constructor: [(identifier) @ref (member_expression property: (property_identifier) @ref)])
(decorator [(identifier) @ref (member_expression property: (property_identifier) @ref)])

(import_statement source: (string) @target) @import
(export_statement source: (string) @target) @import
(call_expression function: (identifier) @call arguments: (arguments . (string) @target) (#eq? @call "require")) @import
(call_expression function: (import) arguments: (arguments . (string) @target)) @import

(ERROR) @error
