; Ruby.

(method name: (_) @name) @fn.method
(singleton_method name: (_) @name) @fn.method
(class name: [(constant) (scope_resolution)] @path) @cls.class
(module name: [(constant) (scope_resolution)] @path) @cls.module
(singleton_class) @impl
(assignment left: (constant) @name) @sym.constant
(call method: (identifier) @call arguments: (argument_list . (simple_symbol) @name) block: (_) @value
  (#any-of? @call "define_method" "scope")) @bound.method
(call arguments: (argument_list . [(method) (singleton_method)] @inner .)) @outer

(call method: (identifier) @call arguments: (argument_list (simple_symbol) @name @sym.field)
  (#any-of? @call "attr_accessor" "attr_reader" "attr_writer"))

; Calls with a block, named by their strings and symbols.
(call method: (identifier) @verb
  arguments: (argument_list . [
    (string) @label
    (simple_symbol) @label
    (constant) @label
    (scope_resolution) @label
    (pair . [(hash_key_symbol) (simple_symbol) (string)] @label)] . (string)? @label)
  block: (_) @value) @called

(comment) @comment

(call method: [(identifier) (constant)] @ref)
(call receiver: [(constant) @ref (scope_resolution name: (constant) @ref)] method: (identifier) @call (#eq? @call "new"))
(superclass [(constant) @ref (scope_resolution name: (constant) @ref)])
(call method: (identifier) @call arguments: (argument_list [(constant) @ref (scope_resolution name: (constant) @ref)])
  (#any-of? @call "include" "extend" "prepend"))

(call method: (identifier) @call arguments: (argument_list . (string (string_content) @target))
  (#any-of? @call "require" "require_relative" "load" "autoload")) @import

(ERROR) @error
