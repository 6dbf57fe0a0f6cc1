; Vue: the template, what it calls and which components it uses.

(template_element (start_tag (tag_name) @name)) @large.section

(interpolation (raw_text) @expression)
((directive_attribute (quoted_attribute_value (attribute_value) @handler)) @on (#match? @on "^(@|v-on:)"))
(directive_attribute (quoted_attribute_value (attribute_value) @expression))
(start_tag (tag_name) @ref (#match? @ref "^[A-Z]"))
(self_closing_tag (tag_name) @ref (#match? @ref "^[A-Z]"))
