"""The parts of the command line: arguments, resolved requests, output formats, progress and streams."""
