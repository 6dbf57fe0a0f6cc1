; HCL: the blocks at the top of a file, named by their address, and local values. Outputs only hand on a value: they share
; pieces, however many lines their descriptions have.

(config_file (body (block (identifier) @in . (string_lit (template_literal) @in)
  . (string_lit (template_literal) @name) . (block_start)) @fn.struct))
(config_file (body (block (identifier) @in . (string_lit (template_literal) @name) . (block_start)) @fn.module
  (#not-match? @in "^(variable|output)$")))
(config_file (body (block (identifier) @in . (string_lit (template_literal) @name) . (block_start)) @large.variable
  (#eq? @in "variable")))
(config_file (body (block (identifier) @in . (string_lit (template_literal) @name) . (block_start)) @sym.variable
  (#eq? @in "output")))
(config_file (body (block . (identifier) @name . (block_start)) @large.module))
(config_file (body (block (identifier) @in (body (attribute (identifier) @name) @large.constant))
  (#eq? @in "locals")))

(comment) @comment

((variable_expr (identifier) @root) . (get_attr (identifier) @ref)
  (#not-match? @root "^(each|count|self|path|data)$"))
((variable_expr (identifier) @root) . (get_attr) . (get_attr (identifier) @ref) (#eq? @root "data"))
(function_call (identifier) @ref)

(config_file (body (block (identifier) @block
  (body (attribute (identifier) @key (expression (literal_value (string_lit (template_literal) @target))))))
  (#eq? @block "module") (#eq? @key "source"))) @import

(ERROR) @error
