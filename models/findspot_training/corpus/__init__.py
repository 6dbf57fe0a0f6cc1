"""What models learn from and are measured on: repositories, texts and the functions they are about, held-out names."""
