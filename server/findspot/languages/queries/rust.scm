; Rust: an impl block gives its type's name to the functions inside.

(function_item name: (_) @name) @fn.function
(function_signature_item name: (_) @name) @sym.function
(struct_item name: (_) @name) @cls.struct
(union_item name: (_) @name) @cls.struct
(enum_item name: (_) @name) @cls.enum
(trait_item name: (_) @name) @cls.trait
(impl_item type: [(type_identifier) @name (generic_type type: (_) @name) (scoped_type_identifier name: (_) @name)
  (reference_type type: (type_identifier) @name)]) @impl
(mod_item name: (_) @name body: (_)) @scope.module
(macro_definition name: (_) @name) @fn.macro
(const_item name: (_) @name) @sym.constant
(static_item name: (_) @name) @sym.variable
(type_item name: (_) @name) @sym.type

(let_declaration pattern: (identifier) @name value: (closure_expression) @value) @bound.function
((attribute_item (attribute (identifier) @verb arguments: (token_tree . (string_literal) @label))) . (function_item) @alias.route
  (#any-of? @verb "get" "post" "put" "patch" "delete" "head" "options"))

(field_declaration name: (field_identifier) @name) @sym.field
(enum_variant name: (identifier) @name) @sym.constant

(line_comment) @comment
(block_comment) @comment
(attribute_item) @attribute

(call_expression function: [(identifier) @ref (field_expression field: (field_identifier) @ref)
  (scoped_identifier name: (identifier) @ref)
  (generic_function function: [(identifier) @ref (field_expression field: (field_identifier) @ref)
    (scoped_identifier name: (identifier) @ref)])])
(macro_invocation macro: [(identifier) @ref (scoped_identifier name: (identifier) @ref)])
(struct_expression name: [(type_identifier) @ref (scoped_type_identifier name: (type_identifier) @ref)])
(impl_item trait: [(type_identifier) @ref (scoped_type_identifier name: (type_identifier) @ref)
  (generic_type type: [(type_identifier) @ref (scoped_type_identifier name: (type_identifier) @ref)])])
(trait_bounds [(type_identifier) @ref (scoped_type_identifier name: (type_identifier) @ref)])

(use_declaration argument: (_) @target) @import
(extern_crate_declaration name: (_) @target) @import
(mod_item name: (_) @target !body) @import

(ERROR) @error
