; TypeScript beyond JavaScript.

(abstract_class_declaration name: (_) @name) @cls.class
(interface_declaration name: (_) @name) @cls.interface
(enum_declaration name: (_) @name) @cls.enum
(type_alias_declaration name: (_) @name) @large.type
(internal_module name: (_) @path) @scope.namespace
(module name: (_) @path body: (_)) @scope.namespace
(function_signature name: (_) @name) @sym.function
(method_signature name: (_) @name) @sym.method
(abstract_method_signature name: (_) @name) @sym.method
(public_field_definition
  name: (_) @name
  value: [(arrow_function) @value (function_expression) @value
    (call_expression arguments: (arguments [(arrow_function) (function_expression)] @value))]) @bound.method

; Members without code of their own.
(public_field_definition name: (_) @name) @sym.field
(interface_body (property_signature name: (_) @name) @sym.field)
(enum_body [(property_identifier) @name @sym.constant (enum_assignment name: (_) @name) @sym.constant])

(ambient_declaration (_) @inner) @outer
(expression_statement (internal_module) @inner) @outer

(extends_clause value: [(identifier) @ref (member_expression property: (property_identifier) @ref)])
(implements_clause [(type_identifier) @ref (generic_type name: (type_identifier) @ref)])
(extends_type_clause type: [(type_identifier) @ref (generic_type name: (type_identifier) @ref)])
