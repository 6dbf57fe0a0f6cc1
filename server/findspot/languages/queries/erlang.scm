; Erlang: a clause is a declaration of its own.

(fun_decl clause: (function_clause name: (_) @name body: (_) @body)) @fn.function
(module_attribute name: (_) @name) @sym.module
(record_decl name: (_) @name) @large.struct
(type_alias name: (type_name name: (_) @name)) @sym.type
(opaque name: (type_name name: (_) @name)) @sym.type
(callback fun: (_) @name) @sym.function
(pp_define lhs: (macro_lhs name: (_) @name args: (_))) @large.macro
(pp_define lhs: (macro_lhs name: (_) @name !args)) @sym.macro

(comment) @comment
(spec) @attribute
(wild_attribute) @comment

(call expr: (atom) @ref
  (#not-match? @ref "^(any|atom|binary|boolean|integer|iodata|iolist|list|map|non_neg_integer|pid|pos_integer|string|term|tuple)$"))
(internal_fun fun: (atom) @ref)
(external_fun fun: (atom) @ref)
(macro_call_expr name: (_) @ref args: (_))
(record_expr name: (record_name name: (_) @ref))
(behaviour_attribute name: (atom) @ref)

(pp_include file: (_) @target) @import
(pp_include_lib file: (_) @target) @import
(import_attribute module: (_) @target) @import
(behaviour_attribute name: (_) @target) @import

(ERROR) @error
