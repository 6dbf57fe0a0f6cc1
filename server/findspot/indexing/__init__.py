"""From the workspace to the index: discovery, plan, execution, watching."""
