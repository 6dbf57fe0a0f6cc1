; JavaScript beyond what it shares with TypeScript.

(field_definition
  property: (_) @name
  value: [(arrow_function) (function_expression)] @value) @bound.method
(class_heritage [(identifier) @ref (member_expression property: (property_identifier) @ref)])
