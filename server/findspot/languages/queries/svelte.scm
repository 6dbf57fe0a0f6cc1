; Svelte: snippets, what the markup calls and which components it uses.

(snippet_statement (snippet_start (snippet_name) @name)) @bound.function

(svelte_raw_text) @expression
((attribute (attribute_name) @on (expression (svelte_raw_text) @handler)) (#match? @on "^on"))
(start_tag (tag_name) @ref (#match? @ref "^[A-Z]"))
(self_closing_tag (tag_name) @ref (#match? @ref "^[A-Z]"))

(document . (_)) @page
