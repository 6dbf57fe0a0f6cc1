; Make: rules with a recipe are what it can do.

(rule (targets . (_) @name) (recipe) (#not-match? @name "^\\.[A-Z]")) @fn.function
(rule (targets (_) @name) (#not-match? @name "^\\.[A-Z]")) @sym.function
(define_directive name: (_) @name) @large.macro
(makefile (variable_assignment name: (_) @name) @sym.variable)
(makefile (export_directive (variable_assignment name: (_) @name)) @sym.variable)

(comment) @comment

(prerequisites (word) @ref)

(include_directive filenames: (list (word) @target)) @import

(ERROR) @error
