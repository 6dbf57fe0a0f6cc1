; CUDA beyond C++: a launch, `kernel<<<grid, block>>>(x)`, in a file that is read with its macros.

(binary_expression
  left: (binary_expression
    left: [(identifier) @ref
      (template_function name: (identifier) @ref)
      (qualified_identifier name: [(identifier) @ref (template_function name: (identifier) @ref)])]
    right: (template_function name: (identifier) @empty (#eq? @empty "")))
  right: (parenthesized_expression))
(linkage_specification body: (function_definition) @inner) @outer
