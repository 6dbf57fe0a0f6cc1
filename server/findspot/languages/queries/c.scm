; What C and C++ share.

(function_definition declarator: [
  (function_declarator declarator: (_) @path)
  (pointer_declarator declarator: (function_declarator declarator: (_) @path))
  (pointer_declarator declarator: (pointer_declarator declarator: (function_declarator declarator: (_) @path)))
  ]) @fn.function
(struct_specifier name: (type_identifier) @name body: (_)) @cls.struct
(union_specifier name: (type_identifier) @name body: (_)) @cls.struct
(enum_specifier name: (type_identifier) @name body: (_)) @cls.enum
(type_definition type: (struct_specifier body: (_)) declarator: (type_identifier) @name) @cls.struct
(type_definition type: (union_specifier body: (_)) declarator: (type_identifier) @name) @cls.struct
(type_definition type: (enum_specifier body: (_)) declarator: (type_identifier) @name) @cls.enum
(type_definition declarator: (type_identifier) @name) @sym.type
(type_definition declarator: (function_declarator
  declarator: (parenthesized_declarator (pointer_declarator declarator: (type_identifier) @name)))) @sym.type
(preproc_def name: (identifier) @name) @upper.macro
(preproc_function_def name: (identifier) @name) @large.macro
(translation_unit (declaration declarator: (init_declarator declarator: (identifier) @name)) @upper.constant)
(translation_unit (declaration declarator: (init_declarator
  declarator: [(array_declarator declarator: (identifier) @name) (pointer_declarator declarator: [
    (identifier) @name (array_declarator declarator: (identifier) @name)])])) @upper.constant)

; What macros define: `START_TEST(name) {`, `SYSCALL_DEFINE3(name, ...) {`, `TEST_CASE("name") {`, `DEFINE_MUTEX(name);`.
(function_definition type: (type_identifier) @macro declarator: (parenthesized_declarator (identifier) @name)
  (#match? @macro "^[A-Z][A-Z0-9_]+$")) @fn.function
(translation_unit
  (expression_statement (call_expression function: (identifier) @macro arguments: (argument_list . (identifier))) @path) @fn.function
  . (compound_statement) @body
  (#match? @macro "^[A-Z][A-Z0-9_]+$"))
(preproc_ifdef
  (expression_statement (call_expression function: (identifier) @macro arguments: (argument_list . (identifier))) @path) @fn.function
  . (compound_statement) @body
  (#match? @macro "^[A-Z][A-Z0-9_]+$"))
((expression_statement (call_expression
  function: (identifier) @verb arguments: (argument_list . (string_literal) @label))) @called.test
  . (compound_statement) @body
  (#match? @verb "^[A-Z][A-Z0-9_]+$"))
(translation_unit
  (expression_statement (call_expression function: (identifier) @macro arguments: (argument_list . (identifier) @name))) @sym.variable
  (#match? @macro "^([A-Z0-9]+_)*(DEFINE|DECLARE)_"))
(declaration type: (type_identifier) @macro declarator: (parenthesized_declarator (identifier) @name)
  (#match? @macro "^([A-Z0-9]+_)*(DEFINE|DECLARE)_")) @sym.variable

; Members.
(field_declaration declarator: [
  (field_identifier) @name
  (pointer_declarator declarator: [(field_identifier) @name (pointer_declarator declarator: (field_identifier) @name)])
  (array_declarator declarator: (field_identifier) @name)
  (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (field_identifier) @name)))]) @sym.field
(enumerator name: (identifier) @name) @sym.constant

; Prototypes; inside a function they are variables as often as not.
(declaration declarator: (function_declarator declarator: (identifier) @name)) @sym.function
(declaration declarator: (pointer_declarator declarator: (function_declarator declarator: (identifier) @name))) @sym.function

(comment) @comment

(call_expression function: [(identifier) @ref (field_expression field: (field_identifier) @ref)])

(preproc_include path: (_) @target) @import

(ERROR) @error
