"""The arithmetic of ranking: weights, BM25, features, learned trees, calibration, result lists."""
