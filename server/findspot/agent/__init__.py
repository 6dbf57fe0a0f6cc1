"""What works on a question with more than one call: the explore loop with its policies, and context bundles."""
