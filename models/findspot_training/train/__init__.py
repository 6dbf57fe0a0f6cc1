"""How the models are made: recipes, the static embedder, the encoder, the rankers with their probabilities, the manifest."""
