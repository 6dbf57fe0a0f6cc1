"""Measures localization models on the best candidates of real texts, apart from everything that comes before them."""
