"""Runs of `sevens` that die at every place they can die at, and what the destination holds afterwards."""
