"""Trains the localization model as a bi-encoder, on texts and the functions they are about."""
