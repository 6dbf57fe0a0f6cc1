; Clojure: all is a list, so definitions are told by what stands first. What begins with `def` defines something.

((list_lit . (sym_lit name: (sym_name) @call) . (sym_lit name: (sym_name) @name)
  . (str_lit)? @doc . [(map_lit) (kwd_lit) (sym_lit)]* . (vec_lit) . (_) @body) @fn.function
  (#match? @call "^>?def(n-?|n-spec|n-memo|inline|nc|ui|task|partial|handler|hook|component)$"))
((list_lit . (sym_lit name: (sym_name) @call) . (sym_lit name: (sym_name) @name)
  . (str_lit)? @doc . [(map_lit) (kwd_lit) (sym_lit)]* . (vec_lit) .) @fn.function
  (#match? @call "^>?def(n-?|inline)$"))
((list_lit . (sym_lit name: (sym_name) @call) . (sym_lit name: (sym_name) @name)
  . (str_lit)? @doc . (map_lit)? . (list_lit . (vec_lit)) @body) @fn.function
  (#match? @call "^>?def(n-?|inline)$"))
((list_lit . (sym_lit name: (sym_name) @call) . (sym_lit name: (sym_name) @name)
  . (str_lit)? @doc . (map_lit)? . (vec_lit) . (_) @body) @fn.macro
  (#eq? @call "defmacro"))
((list_lit . (sym_lit name: (sym_name) @call) . (sym_lit name: (sym_name) @name)
  . (str_lit)? @doc . (map_lit)? . (list_lit . (vec_lit)) @body) @fn.macro
  (#eq? @call "defmacro"))
((list_lit . (sym_lit name: (sym_name) @call) . (sym_lit name: (sym_name) @name) . (str_lit)? @doc . (_)) @fn.function
  (#eq? @call "defmulti"))
((list_lit . (sym_lit name: (sym_name) @call) . (sym_lit name: (sym_name) @name)
  . [(kwd_lit name: (kwd_name) @in) (sym_lit name: (sym_name) @in)
     (str_lit) (vec_lit) (nil_lit) (num_lit) (bool_lit) (list_lit)]
  . (vec_lit) . (_) @body) @fn.method
  (#eq? @call "defmethod"))
((list_lit . (sym_lit name: (sym_name) @call) . (sym_lit name: (sym_name) @name) . (_)) @fn.function
  (#match? @call "^def(test|test-async|spec|routes|card)$"))

((list_lit . (sym_lit name: (sym_name) @call) . (sym_lit name: (sym_name) @name) . (str_lit)? @doc . (_)) @cls.interface
  (#any-of? @call "defprotocol" "definterface"))
((list_lit . (sym_lit name: (sym_name) @call) . (sym_lit name: (sym_name) @name) . (vec_lit)) @cls.class
  (#any-of? @call "defrecord" "deftype"))
((list_lit . (sym_lit name: (sym_name) @call) . (sym_lit) @path) @impl
  (#any-of? @call "extend-protocol" "extend-type"))
(list_lit . (sym_lit name: (sym_name) @call) (list_lit . (sym_lit name: (sym_name) @name) . (vec_lit)) @sym.method
  (#any-of? @call "defprotocol" "definterface"))
(list_lit . (sym_lit name: (sym_name) @call)
  (list_lit . (sym_lit name: (sym_name) @name) . (vec_lit) . (_) @body) @fn.method
  (#any-of? @call "defrecord" "deftype" "extend-protocol" "extend-type"))

(source (list_lit . (sym_lit name: (sym_name) @call) . (sym_lit name: (sym_name) @name) . (str_lit)? @doc . (_)) @bound.constant
  (#match? @call "^def(?!ault|er|late|protocol|interface|record|type)"))
(read_cond_lit (list_lit . (sym_lit name: (sym_name) @call) . (sym_lit name: (sym_name) @name) . (_)) @bound.constant
  (#match? @call "^def(?!ault|er|late|protocol|interface|record|type)"))
(source (list_lit . (sym_lit name: (sym_name) @call) . (kwd_lit name: (kwd_name) @name)) @bound.constant
  (#match? @call "^(def|reg-\\w.*)$"))
(source (list_lit . (sym_lit name: (sym_name) @call) . (sym_lit name: (sym_name) @name)) @sym.module (#eq? @call "ns"))

; Tests, and routes of Compojure (calls) and Reitit (data).
((list_lit . (sym_lit name: (sym_name) @verb) . (str_lit) @label) @called.test (#eq? @verb "testing"))
((list_lit . (sym_lit name: (sym_name) @verb) . (str_lit) @label . (_)) @called.route
  (#match? @verb "^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|ANY)$"))
((list_lit . (sym_lit name: (sym_name) @verb) . (str_lit) @label . (_)) @called.route
  (#eq? @verb "context") (#match? @label "^.[/]"))
((vec_lit . (str_lit) @label . [(vec_lit) (map_lit) (list_lit)]) @called.route (#match? @label "^.[/]"))

(comment) @comment
((list_lit . (sym_lit name: (sym_name) @call) . (sym_lit) . (str_lit) @comment . (_)) (#match? @call "^>?def"))

(list_lit . (sym_lit name: (sym_name) @ref)
  (#not-match? @ref "^(def.*|ns|let|letfn|if|if-let|if-not|when|when-let|when-not|cond|case|do|fn|loop|recur|quote|var|and|or|not|try|catch|finally|throw|new|set!|comment|extend-\\w+|\\W+)$"))
(list_lit . (sym_lit name: (sym_name) @call) . (_) . (vec_lit) (sym_lit name: (sym_name) @ref)
  (#any-of? @call "defrecord" "deftype"))

(list_lit . (kwd_lit name: (kwd_name) @call) [(sym_lit) @target (vec_lit . (sym_lit) @target)]
  (#any-of? @call "require" "use" "require-macros" "use-macros")) @import
(list_lit . (sym_lit name: (sym_name) @call) (quoting_lit value: [(sym_lit) @target (vec_lit . (sym_lit) @target)])
  (#any-of? @call "require" "use")) @import
(list_lit . (kwd_lit name: (kwd_name) @call) [
    (sym_lit) @target
    (list_lit . (sym_lit) @module (sym_lit) @member)
    (vec_lit . (sym_lit) @module (sym_lit) @member)]
  (#eq? @call "import")) @import

(ERROR) @error
