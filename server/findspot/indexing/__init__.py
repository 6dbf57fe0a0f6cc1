"""From the workspace to the index: plan, workers, preparation, writing, commits."""
