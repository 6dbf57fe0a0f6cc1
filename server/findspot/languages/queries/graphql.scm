; GraphQL: schemas, and the operations that ask them.

(object_type_definition (name) @name) @cls.class
(object_type_extension (name) @name) @cls.class
(interface_type_definition (name) @name) @cls.interface
(input_object_type_definition (name) @name) @cls.struct
(enum_type_definition (name) @name) @cls.enum
(union_type_definition (name) @name) @large.type
(scalar_type_definition (name) @name) @large.type
(directive_definition (name) @name) @large.macro
(_ (name) @type (fields_definition (field_definition (name) @name (type) @body) @fn.method)
  (#any-of? @type "Query" "Mutation" "Subscription"))
(field_definition (name) @name) @sym.field
(input_fields_definition (input_value_definition (name) @name) @sym.field)
(enum_value_definition (enum_value) @name) @sym.constant
(operation_definition (name) @name) @fn.function
(fragment_definition (fragment_name) @name) @fn.function

(comment) @comment
(description) @comment

(named_type (name) @ref)
(fragment_spread (fragment_name) @ref)
(selection (field (name) @ref (arguments)))
(directive (name) @ref)

(ERROR) @error
