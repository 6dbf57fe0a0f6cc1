"""How good answers are: one runner for all that lays out a tree, asks and ranks; metrics, comparisons, reports."""
