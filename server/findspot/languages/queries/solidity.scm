; Solidity: contracts and what they hold.

(contract_declaration name: (identifier) @name) @cls.class
(interface_declaration name: (identifier) @name) @cls.interface
(library_declaration name: (identifier) @name) @cls.class
(struct_declaration name: (identifier) @name) @cls.struct
(enum_declaration name: (identifier) @name) @cls.enum
(enum_value) @name @sym.constant
(struct_member name: (identifier) @name) @sym.field
(function_definition name: (identifier) @name) @fn.function
(modifier_definition name: (identifier) @name) @fn.method
(constructor_definition "constructor" @name) @fn.method
(fallback_receive_definition ["fallback" "receive"] @name) @fn.method
(event_definition name: (identifier) @name) @sym.type
(error_declaration name: (identifier) @name) @sym.class
(user_defined_type_definition name: (identifier) @name) @sym.type
(constant_variable_declaration name: (identifier) @name) @sym.constant
(state_variable_declaration "constant" name: (identifier) @name) @sym.constant
(state_variable_declaration name: (identifier) @name) @sym.field

(comment) @comment

(call_expression function: (expression [
  (identifier) @ref
  (member_expression property: (identifier) @ref)
  (new_expression name: (type_name (user_defined_type (identifier) @ref .)))]))
(emit_statement name: (expression [(identifier) @ref (member_expression property: (identifier) @ref)]))
(revert_statement error: (expression [(identifier) @ref (member_expression property: (identifier) @ref)]))
(modifier_invocation (identifier) @ref)
(inheritance_specifier ancestor: (user_defined_type (identifier) @ref .))
(using_directive (type_alias (identifier) @ref))

(import_directive source: (string) @target) @import

(ERROR) @error
