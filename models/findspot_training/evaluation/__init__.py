"""Measures Findspot on issues whose solution is known: the shipped engine through its facade, beside simple baselines."""
