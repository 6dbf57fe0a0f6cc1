"""Source text to chunks, symbols, references and imports; owns tree-sitter."""
