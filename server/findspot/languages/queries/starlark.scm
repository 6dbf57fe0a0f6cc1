; Starlark: functions, what is made of them (rules, providers), and the targets of a build.

(function_definition name: (identifier) @name) @fn.function
(assignment left: (identifier) @name right: (lambda) @value) @bound.function
(module (expression_statement (assignment left: (identifier) @name right: (call
  function: [(identifier) @call (attribute attribute: (identifier) @call)]
  arguments: (argument_list (keyword_argument name: (identifier) @key value: [(string) (concatenated_string)] @doc)))
  (#match? @call "^(rule|macro|aspect|repository_rule|module_extension|tag_class|transition|toolchain_type|struct)$")
  (#eq? @key "doc")) @bound.function))
(module (expression_statement (assignment left: (identifier) @name right: (call
  function: [(identifier) @call (attribute attribute: (identifier) @call)])
  (#match? @call "^(rule|macro|aspect|repository_rule|module_extension|tag_class|transition|struct)$")) @bound.function))
(module (expression_statement (assignment left: (identifier) @name right: (call function: (identifier) @call)
  (#eq? @call "provider")) @bound.class))
(module (expression_statement (assignment left: (identifier) @name)) @upper.constant)
(module (expression_statement (call function: [(identifier) @verb (attribute attribute: (identifier) @verb)]
  arguments: (argument_list (keyword_argument name: (identifier) @key value: (string) @label))
  (#eq? @key "name")) @called))
(module (expression_statement (call
  arguments: (argument_list (keyword_argument name: (identifier) @key value: (string (string_content) @name) @sym.variable))
  (#eq? @key "name"))))

(comment) @comment

(call function: [(identifier) @ref (attribute attribute: (identifier) @ref)])
(keyword_argument name: (identifier) @key value: (identifier) @ref (#eq? @key "implementation"))

(call function: (identifier) @call arguments: (argument_list . (string (string_content) @target))
  (#eq? @call "load")) @import

(ERROR) @error
