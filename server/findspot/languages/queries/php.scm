; PHP. Namespaces are left out of qualified names: nearly every file has just one.

(function_definition name: (name) @name) @fn.function
(method_declaration name: (name) @name body: (_)) @fn.method
(method_declaration name: (name) @name !body) @sym.method
(class_declaration name: (name) @name) @cls.class
(interface_declaration name: (name) @name) @cls.interface
(trait_declaration name: (name) @name) @cls.trait
(enum_declaration name: (name) @name) @cls.enum
(const_element . (name) @name) @sym.constant
(expression_statement (assignment_expression
  left: (variable_name (name) @name) right: [(anonymous_function) (arrow_function)] @value)) @bound.function

(property_element name: (variable_name (name) @name)) @sym.field
(property_promotion_parameter name: (variable_name (name) @name)) @sym.field
(enum_case name: (name) @name) @sym.constant

; Calls with a function, named by their strings.
(function_call_expression function: (name) @verb
  arguments: (arguments . (argument [(string) (encapsed_string)] @label) (argument [(anonymous_function) (arrow_function)] @value))) @called
(scoped_call_expression name: (name) @verb
  arguments: (arguments . (argument [(string) (encapsed_string)] @label) (argument [(anonymous_function) (arrow_function)] @value))) @called
(member_call_expression name: (name) @verb
  arguments: (arguments . (argument [(string) (encapsed_string)] @label) (argument [(anonymous_function) (arrow_function)] @value))) @called
(scoped_call_expression scope: (name) @scope name: (name) @verb
  arguments: (arguments . (argument (string) @label) (argument [(anonymous_function) (arrow_function)] @value))
  (#eq? @scope "Route")) @called.route
(member_call_expression
  object: [
    (scoped_call_expression name: (name) @call arguments: (arguments . (argument (string) @label) .))
    (member_call_expression name: (name) @call arguments: (arguments . (argument (string) @label) .))]
  name: (name) @verb
  arguments: (arguments . (argument [(anonymous_function) (arrow_function)] @value) .)
  (#eq? @call "prefix") (#eq? @verb "group")) @called.route
(method_declaration attributes: (attribute_list (attribute_group (attribute (name) @verb parameters: (arguments . (argument (string) @label)))))
  (#any-of? @verb "Route" "Get" "Post" "Put" "Patch" "Delete")) @alias.route

(comment) @comment

(function_call_expression function: [(name) @ref (qualified_name (name) @ref .)])
(member_call_expression name: (name) @ref)
(nullsafe_member_call_expression name: (name) @ref)
(scoped_call_expression name: (name) @ref)
(object_creation_expression [(name) @ref (qualified_name (name) @ref .)])
(base_clause [(name) @ref (qualified_name (name) @ref .)])
(class_interface_clause [(name) @ref (qualified_name (name) @ref .)])
(use_declaration [(name) @ref (qualified_name (name) @ref .)])
(attribute [(name) @ref (qualified_name (name) @ref .)])

(namespace_use_declaration (namespace_use_clause . [(qualified_name) (name)] @target)) @import
(namespace_use_declaration (namespace_name) @module
  body: (namespace_use_group (namespace_use_clause . [(qualified_name) (name)] @member))) @import
(require_expression (string) @target) @import
(require_once_expression (string) @target) @import
(include_expression (string) @target) @import
(include_once_expression (string) @target) @import

(ERROR) @error
