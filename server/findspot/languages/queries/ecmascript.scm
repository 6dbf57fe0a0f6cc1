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


; A constant whose value is a call with a function inside: `memo(forwardRef(() => {}))`, `create((set) => ({}))`. What is
; made of a collection is a value.
(variable_declarator
  name: (identifier) @name
  value: (call_expression
    function: [(identifier) @call (member_expression property: (property_identifier) @call)]
    arguments: (arguments [
      (arrow_function) @value
      (function_expression) @value
      (call_expression arguments: (arguments [(arrow_function) (function_expression)] @value))]))
  (#not-match? @call "^(map|filter|reduce|reduceRight|flatMap|find\\w*|some|every|sort|toSorted|forEach|from|then|catch|finally|replace|replaceAll)$")) @bound.function
(variable_declarator
  name: (identifier) @name
  value: (call_expression arguments: (arguments . (object)))) @table.variable
(variable_declarator
  name: (identifier) @name
  value: [
    (call_expression arguments: (template_string))
    (call_expression arguments: (arguments (object (_ value: [(arrow_function) (function_expression)] @inside))))
    (call_expression arguments: (arguments (object (method_definition) @inside)))
    (call_expression arguments: (arguments (object (_ value: (object (_ [(arrow_function) (function_expression) (statement_block)] @inside))))))
    (new_expression arguments: (arguments (object (_ [(arrow_function) (function_expression) (statement_block)] @inside))))]) @bound.function
(pair
  key: [(property_identifier) (string)] @name
  value: (call_expression
    function: [(identifier) @call (member_expression property: (property_identifier) @call)]
    arguments: (arguments [(arrow_function) (function_expression)] @value))
  (#not-match? @call "^(map|filter|reduce|reduceRight|flatMap|find\\w*|some|every|sort|toSorted|forEach|from|then|catch|finally|replace|replaceAll)$")) @bound.function
(arguments (function_expression name: (identifier) @name) @bound.function)

; Calls with a function, named by their strings.
(call_expression
  function: [
    (identifier) @verb
    (member_expression object: (_) @root property: (property_identifier) @verb)
    (call_expression function: (member_expression object: (_) @root property: (property_identifier) @verb))]
  arguments: (arguments . (_) @label [
    (arrow_function) @value
    (function_expression) @value
    (call_expression arguments: (arguments [(arrow_function) (function_expression)] @value))])) @called
(call_expression
  function: (member_expression
    object: (call_expression
      function: (member_expression property: (property_identifier) @call) arguments: (arguments . (string) @label .))
    property: (property_identifier) @verb)
  arguments: (arguments [(arrow_function) (function_expression)] @value .)
  (#eq? @call "route")) @called.route
(call_expression
  function: (member_expression property: (property_identifier) @call)
  arguments: (arguments . (object
    (pair key: (_) @key value: (string) @verb)
    (pair key: (_) @place value: (string) @label)))
  (#eq? @call "route") (#eq? @key "method") (#any-of? @place "url" "path")) @called.route

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
; The decorator of a method that serves a route.
((decorator (call_expression function: (identifier) @verb arguments: (arguments . (string) @label))) . (method_definition) @alias.route
  (#any-of? @verb "Get" "Post" "Put" "Patch" "Delete" "Head" "Options" "All"))

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
