; What pages and components share: scripts and styles, each in its own language. A script without one is JavaScript,
; and one of a type that no browser runs is data or a template.

((script_element (start_tag (attribute (attribute_name) @key (quoted_attribute_value (attribute_value) @lang)))
  (raw_text) @embed.typescript)
  (#eq? @key "lang") (#any-of? @lang "ts" "typescript"))
((script_element (start_tag (attribute (attribute_name) @key (quoted_attribute_value (attribute_value) @lang)))
  (raw_text) @embed.tsx)
  (#eq? @key "lang") (#any-of? @lang "tsx" "jsx"))
((script_element (start_tag (attribute (attribute_name) @key (quoted_attribute_value (attribute_value) @type)))
  (raw_text) @embed.html)
  (#eq? @key "type") (#match? @type "(template|html|handlebars|mustache)$"))
((script_element (start_tag (attribute (attribute_name) @key (quoted_attribute_value (attribute_value) @type)))
  (raw_text) @embed.text)
  (#eq? @key "type") (#not-match? @type "(^$|module|javascript|ecmascript|jsx|babel)"))
(script_element (start_tag (tag_name)) (raw_text) @embed.javascript)

((style_element (start_tag (attribute (attribute_name) @key (quoted_attribute_value (attribute_value) @lang)))
  (raw_text) @embed.scss)
  (#eq? @key "lang") (#any-of? @lang "scss" "sass" "less" "stylus" "postcss"))
(style_element (start_tag (tag_name) @name)) @large.section
(style_element (raw_text) @embed.css)

(comment) @comment

(ERROR) @error
