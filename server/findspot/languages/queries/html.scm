; HTML: an element with an id is a section of its page, and so is what follows a heading.

((element (start_tag (attribute (attribute_name) @key [(attribute_value) @name (quoted_attribute_value (attribute_value) @name)])))
  @large.section
  (#eq? @key "id"))
(element (start_tag (tag_name) @level) (#match? @level "^[hH][1-6]$")) @heading

((attribute (attribute_name) @key (quoted_attribute_value (attribute_value) @expression)) (#match? @key "^on[a-z]+$"))
