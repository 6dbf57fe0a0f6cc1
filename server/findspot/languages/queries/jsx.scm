; A component in JSX is a use of its name; plain HTML tags are not worth listing.

(jsx_opening_element name: [(identifier) @ref (member_expression property: (property_identifier) @ref)] (#match? @ref "^[A-Z]"))
(jsx_self_closing_element name: [(identifier) @ref (member_expression property: (property_identifier) @ref)] (#match? @ref "^[A-Z]"))
