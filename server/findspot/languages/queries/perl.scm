; Perl: a package holds what follows it, POD documents the function behind it.

(package_statement name: (package) @path (block)) @scope.module
(package_statement name: (package) @path ";") @ahead.module
(class_statement name: (package) @path (block)) @cls.class
(class_statement name: (package) @path ";") @ahead.class
(role_statement name: (package) @path (block)) @cls.trait
(subroutine_declaration_statement name: (bareword) @path) @fn.function
(method_declaration_statement name: (bareword) @path) @fn.method
(assignment_expression
  left: (variable_declaration variable: (scalar (varname) @name))
  right: (anonymous_subroutine_expression) @value) @bound.function
(assignment_expression left: (glob (varname) @name) right: (anonymous_subroutine_expression) @value) @bound.function
(parenthesized_expression (list_expression
  (autoquoted_bareword) @name @bound.function . (anonymous_subroutine_expression) @value))
(anonymous_hash_expression (list_expression
  (autoquoted_bareword) @name @bound.function . (anonymous_subroutine_expression) @value))
(use_statement module: (package) @call (list_expression . (autoquoted_bareword) @name) (#eq? @call "constant")) @sym.constant
(use_statement module: (package) @call
  (anonymous_hash_expression (list_expression (autoquoted_bareword) @name @sym.constant . (_)))
  (#eq? @call "constant"))
(ambiguous_function_call_expression function: (function) @call
  arguments: (list_expression . [(autoquoted_bareword) (string_literal)] @name)
  (#eq? @call "has")) @bound.field
(variable_declaration "field" variable: (scalar (varname) @name)) @sym.field
(ambiguous_function_call_expression function: (function) @call
  arguments: (list_expression . [(autoquoted_bareword) (string_literal)] @name (anonymous_subroutine_expression) @value .)
  (#any-of? @call "around" "before" "after" "override" "augment")) @fn.method

; Tests, and routes of Dancer and Mojolicious.
([(ambiguous_function_call_expression
    function: (function) @verb
    arguments: (list_expression . [(string_literal) (interpolated_string_literal)] @label
      (anonymous_subroutine_expression) @value .))
  (function_call_expression
    function: (function) @verb
    arguments: (list_expression . [(string_literal) (interpolated_string_literal)] @label
      (anonymous_subroutine_expression) @value .))] @called.test
  (#any-of? @verb "subtest" "describe" "context" "it" "test" "tests"))
(ambiguous_function_call_expression
  function: (function) @verb
  arguments: (list_expression . (string_literal) @label (anonymous_subroutine_expression) @value)
  (#any-of? @verb "get" "post" "put" "patch" "del" "any" "options" "websocket") (#match? @label "^.[/]")) @called.route
(ambiguous_function_call_expression
  function: (function) @verb
  arguments: (list_expression . (string_literal) @label (anonymous_subroutine_expression) @value)
  (#eq? @verb "prefix")) @called.group
(method_call_expression method: (method) @verb
  arguments: (list_expression . (string_literal) @label (anonymous_subroutine_expression) @value)
  (#any-of? @verb "get" "post" "put" "patch" "delete" "any" "websocket") (#match? @label "^.[/]")) @called.route
(method_call_expression
  invocant: (method_call_expression method: (method) @verb
    arguments: [(string_literal) @label (list_expression . (string_literal) @label)]) @called.route
  method: (method) @call
  (#any-of? @verb "get" "post" "put" "patch" "delete" "any" "websocket") (#match? @label "^.[/]") (#eq? @call "to"))

(comment) @comment
(pod) @comment

(function_call_expression function: (function) @ref (#match? @ref "^\\w"))
(function (varname) @ref)
(ambiguous_function_call_expression function: (function) @ref
  (#not-match? @ref "^(has|extends|with|around|before|after|override|augment|new)$"))
(method_call_expression method: (method) @ref (#match? @ref "^\\w"))
(method_call_expression invocant: (bareword) @ref)

(use_statement module: (package) @target
  (#not-match? @target "^(strict|warnings|utf8|feature|lib|base|parent|vars|constant|overload|bytes|integer|experimental)$")) @import
(use_statement module: (package) @call [(quoted_word_list (string_content) @target) (string_literal (string_content) @target)]
  (#any-of? @call "parent" "base")) @import
(require_expression [(bareword) @target (interpolated_string_literal (string_content) @target)]) @import
(ambiguous_function_call_expression function: (function) @call
  arguments: [(string_literal) @target (list_expression (string_literal) @target)]
  (#any-of? @call "extends" "with")) @import

(ERROR) @error
