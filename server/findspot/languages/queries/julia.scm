; Julia: `f(x) = 1` is an assignment to a call, so a signature is a reference, too.

(module_definition name: (identifier) @name) @scope.module
(struct_definition (type_head [
  (identifier) @name
  (parametrized_type_expression . (identifier) @name)
  (binary_expression . [(identifier) @name (parametrized_type_expression . (identifier) @name)])])) @cls.struct
(abstract_definition (type_head [
  (identifier) @name
  (parametrized_type_expression . (identifier) @name)
  (binary_expression . [(identifier) @name (parametrized_type_expression . (identifier) @name)])])) @sym.type

(function_definition (signature [
  (identifier) @name
  (call_expression . [(identifier) @name (operator) @name (field_expression) @path (parametrized_type_expression . (identifier) @name)])
  (_ . (call_expression . [(identifier) @name (operator) @name (field_expression) @path (parametrized_type_expression . (identifier) @name)]))
  (_ . (_ . (call_expression . [(identifier) @name (operator) @name (field_expression) @path])))])) @fn.function
(assignment . [
  (call_expression . [(identifier) @name (operator) @name (field_expression) @path (parametrized_type_expression . (identifier) @name)])
  (typed_expression . (call_expression . [(identifier) @name (field_expression) @path]))
  (where_expression . [
    (call_expression . [(identifier) @name (field_expression) @path (parametrized_type_expression . (identifier) @name)])
    (typed_expression . (call_expression . [(identifier) @name (field_expression) @path]))])]) @fn.function
(macro_definition (signature (call_expression . (identifier) @name))) @fn.macro
(assignment . (identifier) @name (operator) . (arrow_function_expression) @value) @bound.function
(const_statement (assignment . (identifier) @name)) @sym.constant
(source_file (assignment . (identifier) @name) @upper.constant)
(module_definition (assignment . (identifier) @name) @upper.constant)
(macrocall_expression (macro_argument_list
  [(function_definition) (struct_definition) (assignment . [(call_expression) (where_expression)])] @inner .)) @decorated

(struct_definition [(typed_expression . (identifier) @name) (identifier) @name] @sym.field)
(macrocall_expression (macro_identifier (identifier) @verb) (macro_argument_list . (string_literal) @label [(compound_statement) (for_statement)] @body)
  (#any-of? @verb "testset" "testitem" "safetestset")) @called.test

(line_comment) @comment
(block_comment) @comment
((string_literal) @comment
  . [(module_definition) (struct_definition) (abstract_definition) (function_definition) (assignment) (macro_definition)
     (const_statement) (macrocall_expression)])

(call_expression . [(identifier) @ref (field_expression (identifier) @ref .)])
(macrocall_expression (macro_identifier (identifier) @ref))
(typed_expression (_) [(identifier) @ref (parametrized_type_expression . (identifier) @ref)] .)
(type_head (binary_expression (_) (operator) [(identifier) @ref (parametrized_type_expression . (identifier) @ref)]))

(using_statement [(identifier) (scoped_identifier) (import_path)] @target) @import
(import_statement [(identifier) (scoped_identifier) (import_path)] @target) @import
(import_alias . (_) @target) @import
(selected_import . (_) @module [(identifier) (operator) (macro_identifier)] @member) @import
(call_expression . (identifier) @call (argument_list . (string_literal (content) @target))
  (#eq? @call "include")) @import

(ERROR) @error
