; Vue: each part in its own language; a script without `lang` is JavaScript.

((script_element (start_tag (attribute (attribute_name) @key (quoted_attribute_value (attribute_value) @lang)))
  (raw_text) @embed.typescript)
  (#eq? @key "lang") (#any-of? @lang "ts" "typescript"))
((script_element (start_tag (attribute (attribute_name) @key (quoted_attribute_value (attribute_value) @lang)))
  (raw_text) @embed.tsx)
  (#eq? @key "lang") (#eq? @lang "tsx"))
(script_element (raw_text) @embed.javascript)

(comment) @comment

(ERROR) @error
