"""Answers from the index: candidates, fusion, priors, localization."""
