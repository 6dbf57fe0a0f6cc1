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

(class_parameter name: (identifier) @name) @sym.field
(simple_enum_case name: (identifier) @name) @sym.constant
(full_enum_case name: (identifier) @name) @sym.constant

; Calls with a block, named by their strings.
(call_expression
  function: (call_expression function: (identifier) @verb arguments: (arguments . (string) @label))
  arguments: (block) @body) @called
(infix_expression
  left: [(string) @label (infix_expression left: (string)? @label right: (string) @label)]
  operator: (_) @verb
  right: (block) @body
  (#any-of? @verb "in" "should" "when" "must" "can" ">>" "-" "ignore")) @called.test

(comment) @comment
(block_comment) @comment

(call_expression function: [(identifier) @ref (field_expression field: (identifier) @ref)
  (generic_function function: [(identifier) @ref (field_expression field: (identifier) @ref)])])
(instance_expression [(type_identifier) @ref (generic_type type: (type_identifier) @ref)])
(extends_clause type: [(type_identifier) @ref (generic_type type: (type_identifier) @ref)])
(annotation name: (type_identifier) @ref)

(import_declaration) @import

(ERROR) @error
