; C++ beyond C.

(function_definition declarator: (reference_declarator (function_declarator declarator: (_) @path))) @fn.function
(function_definition declarator: (operator_cast) @name) @fn.function
(function_definition declarator: (qualified_identifier name: (operator_cast)) @path) @fn.function
(class_specifier name: [(type_identifier) (template_type) (qualified_identifier)] @path body: (_)) @cls.class
(struct_specifier name: [(template_type) (qualified_identifier)] @path body: (_)) @cls.struct
(namespace_definition name: (_) @path) @scope.namespace
(declaration_list (declaration declarator: (init_declarator declarator: (identifier) @name)) @upper.constant)
(alias_declaration name: (type_identifier) @name) @sym.type
(concept_definition name: (identifier) @name) @sym.type
(declaration declarator: (init_declarator declarator: (identifier) @name value: (lambda_expression) @value)) @bound.function
(template_declaration [(function_definition) (class_specifier) (struct_specifier) (alias_declaration)] @inner) @outer

; Members and prototypes.
(field_declaration declarator: (reference_declarator (field_identifier) @name)) @sym.field
(field_declaration declarator: (function_declarator declarator: (field_identifier) @name)) @sym.method
(field_declaration declarator: (_ (function_declarator declarator: (field_identifier) @name))) @sym.method
(declaration declarator: (reference_declarator (function_declarator declarator: (identifier) @name))) @sym.function

(call_expression function: [(qualified_identifier name: [(identifier) @ref (template_function name: (identifier) @ref)
    (qualified_identifier name: (identifier) @ref)])
  (template_function name: (identifier) @ref)
  (field_expression field: (template_method name: (field_identifier) @ref))])
(new_expression type: [(type_identifier) @ref (template_type name: (type_identifier) @ref)
  (qualified_identifier name: (type_identifier) @ref)])
(base_class_clause [(type_identifier) @ref (template_type name: (type_identifier) @ref)
  (qualified_identifier name: [(type_identifier) @ref (template_type name: (type_identifier) @ref)])])
