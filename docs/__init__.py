"""Pages about the project, and the generator of those that are read from the code."""
