"""How often the place that answers a question comes first, language by language, over public repositories."""
