; Objective-C beyond C. A method goes by the first part of its selector, which a call begins with, too.

(class_implementation . (identifier) @name !category) @cls.class
(class_implementation . (identifier) @name category: (_)) @impl
(class_interface . (identifier) @name superclass: (_)) @cls.class
(class_interface . (identifier) @name . "(") @impl
(protocol_declaration . (identifier) @name) @cls.interface
(method_definition . (method_type)? . (identifier) @name) @fn.method
(method_declaration . (method_type)? . (identifier) @name) @sym.method
(property_declaration (struct_declaration (struct_declarator [
  (identifier) @name
  (pointer_declarator declarator: (identifier) @name)
  (pointer_declarator declarator: (pointer_declarator declarator: (identifier) @name))]))) @sym.field
(type_definition declarator: (function_declarator
  declarator: (parenthesized_declarator (block_pointer_declarator declarator: (type_identifier) @name)))) @sym.type
(translation_unit (declaration declarator: (init_declarator
  declarator: (pointer_declarator (type_qualifier) declarator: (identifier) @name))) @sym.constant)

(message_expression receiver: (_) . method: (identifier) @ref)
(message_expression receiver: (identifier) @ref (#match? @ref "^[A-Z]"))
(class_interface superclass: (identifier) @ref)
(protocol_reference_list (identifier) @ref)

(module_import path: (_) @target) @import
