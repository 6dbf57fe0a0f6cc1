"""The command line: arguments, resolved requests, output formats, progress and streams."""
