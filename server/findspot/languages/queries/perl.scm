; Perl: a package holds what follows it, POD documents the function behind it.

(package_statement (package_name) @path body: (_)) @scope.module
(package_statement (package_name) @path !body) @ahead.module
(function_definition name: (identifier) @name) @fn.function
(function_definition_without_sub name: (identifier) @name) @fn.method
(binary_expression
  variable: (variable_declaration variable_name: (scalar_variable) @name)
  variable: (anonymous_function) @value) @bound.function
(binary_expression variable: (typeglob (identifier) @name) variable: (anonymous_function) @value) @bound.function
(array (call_expression_with_bareword function_name: (identifier) @name) @bound.function . (fat_comma) . (anonymous_function) @value)
(hash_ref (call_expression_with_bareword function_name: (identifier) @name) @bound.function . (fat_comma) . (anonymous_function) @value)
(use_constant_statement constant: (identifier) @name) @sym.constant
(use_constant_statement value: (hash_ref (call_expression_with_bareword function_name: (identifier) @name) @sym.constant . (fat_comma)))
(call_expression_with_spaced_args
  (call_expression_with_bareword function_name: (identifier) @call)
  args: (arguments . [
    (call_expression_with_bareword function_name: (identifier) @name)
    (string_single_quoted) @name
    (string_double_quoted) @name])
  (#eq? @call "has")) @bound.field
(call_expression_with_spaced_args
  (call_expression_with_bareword function_name: (identifier) @call)
  args: (arguments . (_) @name (anonymous_function) @value .)
  (#any-of? @call "around" "before" "after" "override")) @fn.method

(comments) @comment
(pod_statement) @comment

(call_expression_with_args_with_brackets (call_expression_with_bareword function_name: (identifier) @ref))
(call_expression_with_spaced_args (call_expression_with_bareword function_name: (identifier) @ref)
  (#not-match? @ref "^(has|extends|with|around|before|after|class|field)$"))
(method_invocation function_name: (identifier) @ref)
(method_invocation package_name: [(identifier) @ref (package_name (identifier) @ref .)])

(use_no_statement package_name: (package_name) @target
  (#not-match? @target "^(strict|warnings|utf8|feature|lib|base|parent|vars|constant|overload|bytes|integer|experimental)$")) @import
(use_parent_statement (word_list_qw (list_item) @target)) @import
(use_parent_statement [(string_single_quoted) (string_double_quoted)] @target) @import
(require_statement package_name: (package_name) @target) @import
(call_expression_with_spaced_args
  (call_expression_with_bareword function_name: (identifier) @call)
  args: (arguments [(string_single_quoted) (string_double_quoted)] @target)
  (#any-of? @call "extends" "with")) @import

(ERROR) @error
