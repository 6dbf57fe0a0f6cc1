; Nix: bindings, by their whole path. Plain values have no names of their own; a file that is a package has that of its derivation.

(binding attrpath: (_) @path expression: [(function_expression) (parenthesized_expression (function_expression))]) @bound.function
(binding attrpath: (_) @path expression: [(attrset_expression) (rec_attrset_expression)]) @impl
(binding attrpath: (_) @path expression: [(attrset_expression) (rec_attrset_expression)]) @sym.field
(binding attrpath: (_) @path expression: (apply_expression
  function: (apply_expression function: (_) @call) argument: (attrset_expression)) (#match? @call "(^|\\.)mk(If|Merge)$")) @impl
(binding attrpath: (_) @path expression: (apply_expression
  function: (apply_expression function: (_) @call) argument: (attrset_expression)) (#match? @call "(^|\\.)mk(If|Merge)$")) @sym.field
(binding attrpath: (_) @path expression: [
  (apply_expression function: [(variable_expression) (select_expression) (apply_expression) (parenthesized_expression)] @call)
  (let_expression) (with_expression) (if_expression) (list_expression) (indented_string_expression)
  (binary_expression) (assert_expression)]
  (#not-match? @call "(^|\\.)mk(If|Merge)[^.]* ")
  (#not-match? @path "^(type|default|defaultText|example|description|apply|platforms|maintainers)$")) @bound.field
(_ body: (apply_expression argument: (_ (binding_set (binding
  attrpath: (attrpath . (identifier) @key .) expression: (string_expression . (string_fragment) @name .)))) @cls.module)
  (#eq? @key "pname"))
(_ body: (apply_expression argument: (parenthesized_expression (function_expression body: (_ (binding_set (binding
  attrpath: (attrpath . (identifier) @key .) expression: (string_expression . (string_fragment) @name .)))))) @cls.module)
  (#eq? @key "pname"))

(comment) @comment

(apply_expression function: [
  (variable_expression name: (identifier) @ref)
  (select_expression attrpath: (attrpath (identifier) @ref .))])

(path_expression) @import
(spath_expression) @import

(ERROR) @error
