; Go: methods carry the type of their receiver.

(function_declaration name: (identifier) @name) @fn.function
(method_declaration
  receiver: (parameter_list (parameter_declaration type: [
    (type_identifier) @in
    (generic_type type: (type_identifier) @in)
    (pointer_type (type_identifier) @in)
    (pointer_type (generic_type type: (type_identifier) @in))
    (parenthesized_type (pointer_type (type_identifier) @in))]))
  name: (field_identifier) @name) @fn.method
(type_spec name: (type_identifier) @name type: (struct_type)) @cls.struct
(type_spec name: (type_identifier) @name type: (interface_type)) @cls.interface
(type_spec name: (type_identifier) @name) @large.type
(type_alias name: (type_identifier) @name) @sym.type
(interface_type (method_elem name: (field_identifier) @name) @sym.method)
(field_declaration name: (field_identifier) @name @sym.field)
(type_declaration . (type_spec) @inner .) @outer
(type_declaration . (type_alias) @inner .) @outer

(source_file (const_declaration (const_spec name: (identifier) @name) @sym.constant))
(source_file (var_declaration (var_spec name: (identifier) @name) @public.variable))
(source_file (var_declaration (var_spec_list (var_spec name: (identifier) @name) @public.variable)))
(var_spec name: (identifier) @name value: (expression_list . (func_literal) @value)) @bound.function
(short_var_declaration
  left: (expression_list . (identifier) @name)
  right: (expression_list . (func_literal) @value)) @bound.function
(var_declaration . (var_spec) @inner .) @outer

; A variable with functions inside: a command, a server, a function that is made by another.
(var_spec name: (identifier) @name value: (expression_list . [
  (composite_literal body: (literal_value (keyed_element value: (literal_element (func_literal) @value))))
  (unary_expression operand: (composite_literal body: (literal_value (keyed_element
    value: (literal_element (func_literal) @value)))))
  (call_expression arguments: (argument_list (func_literal) @value))])
  (#not-eq? @name "_")) @bound.function
(composite_literal
  type: (qualified_type name: (type_identifier) @type)
  body: (literal_value (keyed_element
    key: (literal_element (identifier) @key) value: (literal_element (interpreted_string_literal) @label)))
  (#eq? @type "Command") (#any-of? @key "Use" "Name")) @alias.command

; Calls with a function, named by their strings.
(call_expression
  function: [(selector_expression field: (field_identifier) @verb) (identifier) @verb]
  arguments: (argument_list . [(interpreted_string_literal) (raw_string_literal)] @label [
    (func_literal) @value
    (call_expression arguments: (argument_list (func_literal) @value .))] .)) @called

(comment) @comment

(call_expression function: [(identifier) @ref (selector_expression field: (field_identifier) @ref)])
(composite_literal type: [(type_identifier) @ref (qualified_type name: (type_identifier) @ref)
  (generic_type type: [(type_identifier) @ref (qualified_type name: (type_identifier) @ref)])])
(struct_type (field_declaration_list (field_declaration !name type: [
  (type_identifier) @ref (qualified_type name: (type_identifier) @ref)])))

(import_spec path: (_) @target) @import

(ERROR) @error
