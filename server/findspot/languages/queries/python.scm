; Python: definitions, decorators, constants, references and imports.

(function_definition name: (identifier) @name) @fn.function
(class_definition name: (identifier) @name) @cls.class
(decorated_definition definition: (_) @inner) @decorated

(module (expression_statement (assignment left: (identifier) @name)) @upper.constant)
(module (type_alias_statement left: (type (identifier) @name)) @sym.type)

(comment) @comment

(call function: [(identifier) @ref (attribute attribute: (identifier) @ref)])
(decorator [(identifier) @ref (attribute attribute: (identifier) @ref)])
(class_definition superclasses: (argument_list [(identifier) @ref (attribute attribute: (identifier) @ref)]))
(class_definition superclasses: (argument_list (subscript value: [(identifier) @ref (attribute attribute: (identifier) @ref)])))

(import_statement name: [(dotted_name) @target (aliased_import name: (dotted_name) @target)]) @import
(import_from_statement module_name: (_) @target) @import
(import_from_statement module_name: (_) @module name: [(dotted_name) @member (aliased_import name: (dotted_name) @member)]) @import

(ERROR) @error
