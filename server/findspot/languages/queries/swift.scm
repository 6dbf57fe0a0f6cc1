; Swift: an extension gives its type's name to what is inside.

(function_declaration "func" . name: _ @name body: (_)) @fn.function
(init_declaration "init" @name body: (_)) @fn.method
(deinit_declaration "deinit" @name) @fn.method
(subscript_declaration "subscript" @name) @bound.method
(class_declaration "class" name: (_) @name) @cls.class
(class_declaration "actor" name: (_) @name) @cls.class
(class_declaration "struct" name: (_) @name) @cls.struct
(class_declaration "enum" name: (_) @name) @cls.enum
(class_declaration "extension" name: (_) @path) @impl
(protocol_declaration name: (_) @name) @cls.interface
(protocol_function_declaration name: (simple_identifier) @name) @sym.method
(typealias_declaration name: (type_identifier) @name) @sym.type
(property_declaration name: (pattern bound_identifier: (simple_identifier) @name)
  computed_value: (_) @body) @bound.field
(source_file (property_declaration name: (pattern bound_identifier: (simple_identifier) @name)) @sym.variable)

(class_body (property_declaration name: (pattern bound_identifier: (simple_identifier) @name)) @sym.field)
(enum_entry name: (simple_identifier) @name) @sym.constant

; Calls with a closure, named by their strings.
(call_expression
  . [(simple_identifier) @verb (navigation_expression suffix: (navigation_suffix suffix: (simple_identifier) @verb))]
  (call_suffix (value_arguments . (value_argument value: (line_string_literal) @label)) (lambda_literal) @body)) @called
(call_expression . (navigation_expression target: (simple_identifier) @target suffix: (navigation_suffix suffix: (simple_identifier) @verb))
  (call_suffix (value_arguments . (value_argument value: (line_string_literal) @label)
    . (value_argument value: (line_string_literal) @label)? . (value_argument value: (line_string_literal) @label)?)
    (lambda_literal) @body)
  (#any-of? @verb "get" "post" "put" "patch" "delete" "group" "webSocket")
  (#match? @target "^(app|router|group|\\w*[rR]outes?)$")) @called.route
(modifiers (attribute (user_type (type_identifier) @call) . (line_string_literal) @label)
  (#eq? @call "Test")) @alias.test

(comment) @comment
(multiline_comment) @comment

(call_expression . [(simple_identifier) @ref
  (navigation_expression suffix: (navigation_suffix suffix: (simple_identifier) @ref))])
(inheritance_specifier inherits_from: (user_type (type_identifier) @ref))
(attribute (user_type (type_identifier) @ref))

(import_declaration (identifier) @target) @import

(ERROR) @error
