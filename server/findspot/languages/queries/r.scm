; R: a function is a value, so a definition is an assignment; classes and generics are made by calls.

(binary_operator lhs: [(identifier) (string)] @name rhs: (function_definition) @value) @fn.function
(binary_operator lhs: (extract_operator lhs: (identifier) @in rhs: (identifier) @name) rhs: (function_definition) @value) @fn.function
(binary_operator lhs: (function_definition) @value operator: ["->" "->>"] rhs: (identifier) @name) @fn.function
(binary_operator
  lhs: [(identifier) (extract_operator)] @name
  rhs: (call function: [(identifier) @call (namespace_operator rhs: (identifier) @call)])
  (#match? @call "^(reactive|eventReactive|reactiveVal|render[A-Z]\\w*|memoise|Vectorize|new_generic)$")) @bound.function
(binary_operator lhs: (identifier) @name rhs: (call function: (identifier) @call) (#eq? @call "list")) @table.variable
(call function: (identifier) @call
  arguments: (arguments (argument name: (_) @name value: (function_definition) @value) @bound.function)
  (#any-of? @call "list" "c"))

(binary_operator
  lhs: (identifier) @name
  rhs: (call function: [(identifier) @call (namespace_operator rhs: (identifier) @call)])
  (#any-of? @call "R6Class" "setRefClass" "setClass" "new_class" "ggproto" "proto")) @cls.class
([(program (call
    function: [(identifier) @call (namespace_operator rhs: (identifier) @call)]
    arguments: (arguments . (argument value: (string (string_content) @name)))) @cls.class)
  (braced_expression (call
    function: [(identifier) @call (namespace_operator rhs: (identifier) @call)]
    arguments: (arguments . (argument value: (string (string_content) @name)))) @cls.class)]
  (#any-of? @call "setClass" "setRefClass" "setClassUnion"))
(argument name: (identifier) @group
  value: (call arguments: (arguments (argument name: (_) @name value: (function_definition) @value) @fn.method))
  (#any-of? @group "public" "private" "active" "methods"))
(call function: [(identifier) @call (namespace_operator rhs: (identifier) @call)]
  arguments: (arguments (argument name: (_) @name value: (function_definition) @value) @fn.method)
  (#any-of? @call "ggproto" "proto"))

(call function: (identifier) @call
  arguments: (arguments . (argument value: (string (string_content) @name)) (argument value: (function_definition) @value))
  (#any-of? @call "setGeneric" "assign" "delayedAssign")) @fn.function
(call function: (identifier) @call
  arguments: (arguments . (argument value: (string (string_content) @name)) . (comma) .
    (argument value: [
      (string (string_content) @in)
      (call arguments: (arguments . (argument value: (string (string_content) @in))))])
    (argument value: (function_definition) @value))
  (#any-of? @call "setMethod" "setReplaceMethod")) @fn.method
(binary_operator
  lhs: (call
    function: [(identifier) @call (namespace_operator rhs: (identifier) @call)]
    arguments: (arguments . (argument value: (_) @name) . (comma) . (argument value: [
      (identifier) @in
      (call arguments: (arguments . (argument value: (identifier) @in)))])))
  rhs: (function_definition) @value
  (#eq? @call "method")) @fn.method
(program (binary_operator lhs: (identifier) @name) @upper.constant)

(call function: [(identifier) @verb (namespace_operator rhs: (identifier) @verb)]
  arguments: (arguments . (argument value: (string) @label) (argument value: (braced_expression) @body))
  (#any-of? @verb "test_that" "describe" "it")) @called.test
(call function: (identifier) @verb
  arguments: (arguments . (argument value: (extract_operator) @label) (argument value: [(braced_expression) (function_definition)] @body))
  (#eq? @verb "observeEvent")) @called.on

; Routes of plumber: in a comment, or a call.
((comment) @label . (comment)* . (function_definition) @called.route
  (#match? @label "^#+[*'] *@(get|post|put|patch|delete|head|options|use) "))
(call function: (identifier) @verb
  arguments: (arguments (argument value: (string) @label) . (comma) . (argument value: [(function_definition) @value (identifier)]))
  (#match? @verb "^pr_(get|post|put|patch|delete|head)$")) @called.route

(comment) @comment

(call function: [
  (identifier) @ref
  (namespace_operator rhs: (identifier) @ref)
  (extract_operator rhs: (identifier) @ref)])
(argument name: (identifier) @key value: [(identifier) @ref (namespace_operator rhs: (identifier) @ref)]
  (#any-of? @key "inherit" "parent"))

(call function: (identifier) @call
  arguments: (arguments . (argument value: [(identifier) @target (string (string_content) @target)]))
  (#any-of? @call "library" "require" "requireNamespace" "loadNamespace" "source" "sys.source")) @import

(ERROR) @error
