; Elixir: everything is a call, so definitions are told by what is called.

(call target: (identifier) @call (arguments . (alias) @path) (do_block)
  (#eq? @call "defmodule")) @cls.module
(call target: (identifier) @call (arguments . (alias) @path) (do_block)
  (#eq? @call "defprotocol")) @cls.interface
(call target: (identifier) @call (arguments . (alias) @path) (do_block)
  (#eq? @call "defimpl")) @impl
(call target: (identifier) @call
  (arguments . [
    (identifier) @name
    (call target: (identifier) @name)
    (binary_operator left: [(identifier) @name (call target: (identifier) @name)] operator: "when")])
  (#any-of? @call "def" "defp" "defmacro" "defmacrop" "defguard" "defguardp" "defdelegate" "defn" "defnp")) @fn.method
(unary_operator operator: "@" operand: (call target: (identifier) @call
  (arguments (binary_operator left: [(identifier) @name (call target: (identifier) @name)] operator: "::")))
  (#any-of? @call "type" "typep" "opaque")) @sym.type
(unary_operator operator: "@" operand: (call target: (identifier) @call
  (arguments (binary_operator left: (call target: (identifier) @name) operator: "::")))
  (#any-of? @call "callback" "macrocallback")) @sym.method

(call target: (identifier) @call (arguments (list (atom) @name @sym.field)) (#eq? @call "defstruct"))

; Calls with a block, named by their strings and atoms.
(call target: (identifier) @verb (arguments . [(string) (atom)] @label) (do_block) @body) @called

(comment) @comment
(unary_operator operator: "@" operand: (call target: (identifier) @call (arguments [(string) (sigil)]))
  (#any-of? @call "doc" "typedoc")) @comment
(unary_operator operator: "@" operand: (call target: (identifier) @call)
  (#any-of? @call "spec" "impl" "deprecated" "since" "doc" "dialyzer")) @attribute

(call target: [(identifier) @ref (dot right: (identifier) @ref)]
  (#not-match? @ref "^(def[a-z]*|alias|import|use|require|(module|type)?doc|spec|typep?|opaque|callback|impl|if|unless|case|cond|for|with|quote|unquote|test|describe|assert)$"))
(struct (alias) @ref)

(call target: (identifier) @call (arguments . (alias) @target)
  (#any-of? @call "alias" "import" "use" "require")) @import
(call target: (identifier) @call (arguments . (dot left: (alias) right: (tuple)) @target)
  (#eq? @call "alias")) @import

(ERROR) @error
