; Scala.

(function_definition name: (_) @name) @fn.function
(function_declaration name: (_) @name) @sym.function
(class_definition name: (_) @name) @cls.class
(object_definition name: (_) @name) @cls.class
(package_object name: (_) @name) @cls.class
(trait_definition name: (_) @name) @cls.trait
(enum_definition name: (_) @name) @cls.enum
(type_definition name: (_) @name) @sym.type
(given_definition name: (_) @name) @sym.variable
(val_definition pattern: (identifier) @name) @public.constant

(comment) @comment
(block_comment) @comment

(call_expression function: [(identifier) @ref (field_expression field: (identifier) @ref)
  (generic_function function: [(identifier) @ref (field_expression field: (identifier) @ref)])])
(instance_expression [(type_identifier) @ref (generic_type type: (type_identifier) @ref)])
(extends_clause type: [(type_identifier) @ref (generic_type type: (type_identifier) @ref)])
(annotation name: (type_identifier) @ref)

(import_declaration) @import

(ERROR) @error
