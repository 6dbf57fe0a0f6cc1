; Haskell: a function is its signature and all its equations; they are joined after the query.

(declarations (signature name: [(variable) @name (prefix_id [(operator) @name (_) @name])]) @fn.function)
(declarations (function name: (_) @name) @fn.function)
(declarations (function (infix operator: [(operator) @name (infix_id (variable) @name)])) @fn.function)
(declarations (bind name: (variable) @name) @fn.function)
(class_declarations (signature name: (variable) @name) @sym.method)
(class_declarations [(function name: (variable) @name) (bind name: (variable) @name)] @fn.method)
(instance_declarations [(function name: (variable) @name) (bind name: (variable) @name)] @fn.method)
(local_binds (function name: (variable) @name) @fn.function)

(data_type name: (_) @name) @cls.struct
(newtype name: (_) @name) @cls.struct
(type_synonym name: (_) @name) @sym.type
(class name: (_) @name) @cls.interface
(instance patterns: (type_patterns . [
  (name) @path
  (qualified id: (name) @path)
  (parens [
    (name) @path
    (qualified id: (name) @path)
    (apply constructor: [(name) @path (qualified id: (name) @path)])
    (apply constructor: (apply constructor: [(name) @path (qualified id: (name) @path)]))])])) @impl

(infix
  left_operand: (apply function: (variable) @verb argument: (literal (string)) @label)
  operator: (operator) @call
  right_operand: (_) @body
  (#eq? @call "$")
  (#match? @verb "^([fx]?(describe|context|it|specify|prop|feature|scenario)|test(Case|Group|Property))$")) @called.test

(field name: (field_name (variable) @name)) @sym.field
(data_constructor constructor: [(record name: (constructor) @name) (prefix name: (constructor) @name)]) @sym.constant

(comment) @comment
(haddock) @comment
(pragma) @attribute

(apply function: [(variable) @ref (constructor) @ref (qualified id: (_) @ref)])
(infix left_operand: [(variable) @ref (qualified id: (variable) @ref)] operator: (operator) @call
  (#any-of? @call "$" "$!" "." "<$>" "<$!>" "=<<" "<=<"))
(infix operator: (operator) @call right_operand: [(variable) @ref (qualified id: (variable) @ref)]
  (#any-of? @call "." ">>=" ">=>" "&" "<&>" "=<<" "<=<"))

(import module: (module) @target) @import

(ERROR) @error
