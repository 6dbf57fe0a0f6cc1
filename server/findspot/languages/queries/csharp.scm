; C#. Namespaces are left out of qualified names, as packages are in Java: nearly every file has just one.

(class_declaration name: (_) @name) @cls.class
(record_declaration name: (_) @name) @cls.class
(struct_declaration name: (_) @name) @cls.struct
(interface_declaration name: (_) @name) @cls.interface
(enum_declaration name: (_) @name) @cls.enum
(delegate_declaration name: (_) @name) @sym.type
(method_declaration name: (_) @name body: (_)) @fn.method
(method_declaration name: (_) @name !body) @sym.method
(constructor_declaration name: (_) @name) @fn.method
(destructor_declaration name: (_) @name) @fn.method
(operator_declaration operator: _ @name) @fn.method
(local_function_statement name: (_) @name) @fn.function
(property_declaration name: (_) @name) @bound.field
(field_declaration (modifier) @modifier (variable_declaration (variable_declarator name: (_) @name))
  (#eq? @modifier "const")) @sym.constant
(field_declaration (variable_declaration (variable_declarator name: (_) @name))) @upper.constant
(field_declaration (variable_declaration (variable_declarator name: (_) @name))) @sym.field
(event_field_declaration (variable_declaration (variable_declarator name: (_) @name) @sym.field))
(enum_member_declaration name: (_) @name) @sym.constant

(field_declaration (variable_declaration (variable_declarator name: (_) @name (lambda_expression) @value))) @bound.function
(invocation_expression
  function: (member_access_expression name: (identifier) @verb)
  arguments: (argument_list . (argument (string_literal) @label) (argument (lambda_expression) @value))) @called
(assignment_expression
  left: [(identifier) @label (member_access_expression name: (identifier) @label)] operator: "+="
  right: [(lambda_expression) (anonymous_method_expression)] @value) @called.on
(method_declaration (attribute_list (attribute name: (identifier) @verb
  (attribute_argument_list . (attribute_argument (string_literal) @label))))
  (#match? @verb "^(Http(Get|Post|Put|Patch|Delete|Head|Options)|Route)$")) @alias.route

(comment) @comment

(invocation_expression function: [(identifier) @ref (generic_name (identifier) @ref)
  (member_access_expression name: [(identifier) @ref (generic_name (identifier) @ref)])
  (conditional_access_expression (member_binding_expression name: [(identifier) @ref (generic_name (identifier) @ref)]))])
(object_creation_expression type: [(identifier) @ref (generic_name (identifier) @ref) (qualified_name name: (identifier) @ref)])
(base_list [(identifier) @ref (generic_name (identifier) @ref) (qualified_name name: (identifier) @ref)
  (primary_constructor_base_type type: (identifier) @ref)])
(attribute name: (identifier) @ref)

(using_directive [(qualified_name) (identifier)] @target .) @import

(ERROR) @error
