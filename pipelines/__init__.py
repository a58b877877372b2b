"""Running the sources: the command line, the load, and the orchestrator wrappers."""
