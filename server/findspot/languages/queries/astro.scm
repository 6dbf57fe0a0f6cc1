; Astro: what comes before the page is TypeScript, and so are its scripts.

(frontmatter (frontmatter_js_block) @embed.typescript)
(script_element (raw_text) @embed.typescript)

(html_interpolation (permissible_text) @expression)
(attribute_interpolation (attribute_js_expr) @expression)
(start_tag (tag_name) @ref (#match? @ref "^[A-Z]"))
(self_closing_tag (tag_name) @ref (#match? @ref "^[A-Z]"))

(document . (_)) @page
