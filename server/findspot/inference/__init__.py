"""Models: static embeddings, llama.cpp and the manifest of shipped weights."""
