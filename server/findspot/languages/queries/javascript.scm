; JavaScript beyond what it shares with TypeScript.

(field_definition
  property: (_) @name
  value: [(arrow_function) @value (function_expression) @value
    (call_expression arguments: (arguments [(arrow_function) (function_expression)] @value))]) @bound.method
(field_definition property: (_) @name) @sym.field
(class_heritage [(identifier) @ref (member_expression property: (property_identifier) @ref)])
