; Scheme and Racket: what begins with `define` defines something.

((list . (symbol) @call . (list . (symbol) @name) . (_) @body) @fn.function
  (#match? @call "^define(?!-syntax|-macro|-record|-struct|-values|-library|-module|-logger)"))
((list . (symbol) @call . (list . (list . (symbol) @name)) . (_) @body) @fn.function (#match? @call "^define"))
((list . (symbol) @call . (symbol) @name . (list . (symbol) @what) @body) @fn.function
  (#match? @call "^define") (#match? @what "^(lambda|λ|case-lambda|match-lambda\\*?|lambda\\*)$"))
((list . (symbol) @call . [(symbol) @name (list . (symbol) @name)] . (_) @body) @fn.macro
  (#match? @call "^define-(syntax|simple-macro|macro)"))
((list . (symbol) @call . [(symbol) @name (list . (symbol) @name)]) @cls.struct
  (#match? @call "^(struct|define-struct|define-record-type|struct:)$"))
((list . (symbol) @call . (symbol) @name . (list . (symbol) @what)) @cls.class
  (#match? @call "^define") (#match? @what "^(class\\*?|mixin|interface|unit|trait)$"))
((list . (symbol) @call . (symbol) @name) @scope.module (#match? @call "^module[+*]?$"))
(program (list . (symbol) @call . (symbol) @name . (_) @value) @bound.constant
  (#match? @call "^define(?!-syntax|-simple-macro|-macro|-record|-struct|-values|-library|-module|-logger)")
  (#not-match? @value "^[(\\[](class|mixin|interface|unit|trait|lambda|λ|case-lambda|match-lambda)"))

; Tests of RackUnit and SRFI 64.
((list . (symbol) @verb . (string) @label) @called.test (#match? @verb "^test-(case|suite|group|begin)$"))

(comment) @comment
(block_comment) @comment
((list . (symbol) @call) @attribute (#eq? @call ":"))

(list . (symbol) @ref (#match? @ref "^\\w")
  (#not-match? @ref "^(define.*|struct|module[+*]?|lambda|let.*|if|cond|case|when|unless|begin.*|and|or|not|quote|set!|do|for.*|match.*|require|provide|import|export|else|values)$"))

(list . (symbol) @call [(symbol) @target (string) @target (list . (symbol) . [(symbol) (string)] @target)]
  (#any-of? @call "require" "load" "include")) @import
(list . (symbol) @call (list) @target (#any-of? @call "import" "use-modules")) @import

(ERROR) @error
