; Python: definitions, decorators, constants, references and imports.

(function_definition name: (identifier) @name) @fn.function
(class_definition name: (identifier) @name) @cls.class
(decorated_definition definition: (_) @inner) @decorated

(module (expression_statement (assignment left: (identifier) @name)) @upper.constant)
(module (type_alias_statement left: (type (identifier) @name)) @sym.type)

; The route of a view is another name of it.
(decorated_definition (decorator (call
  function: (attribute attribute: (identifier) @verb)
  arguments: (argument_list . (string) @label)))
  (#any-of? @verb "get" "post" "put" "patch" "delete" "head" "options" "websocket")) @alias.route
(decorated_definition (decorator (call
  function: (attribute attribute: (identifier) @call)
  arguments: (argument_list . (string) @label
    (keyword_argument name: (identifier) @key value: [(list . (string) @verb) (tuple . (string) @verb)]))))
  (#any-of? @call "route" "api_route") (#eq? @key "methods")) @alias.route
(decorated_definition (decorator (call
  function: (attribute attribute: (identifier) @verb)
  arguments: (argument_list . (string) @label .)))
  (#eq? @verb "route")) @alias.route

(class_definition body: (block (expression_statement (assignment left: (identifier) @name)) @sym.field))

(comment) @comment

(call function: [(identifier) @ref (attribute attribute: (identifier) @ref)])
(decorator [(identifier) @ref (attribute attribute: (identifier) @ref)])
(class_definition superclasses: (argument_list [(identifier) @ref (attribute attribute: (identifier) @ref)]))
(class_definition superclasses: (argument_list (subscript value: [(identifier) @ref (attribute attribute: (identifier) @ref)])))

(import_statement name: [(dotted_name) @target (aliased_import name: (dotted_name) @target)]) @import
(import_from_statement module_name: (_) @target) @import
(import_from_statement module_name: (_) @module name: [(dotted_name) @member (aliased_import name: (dotted_name) @member)]) @import

(ERROR) @error
