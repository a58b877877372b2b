"""Mutation testing: small faults are put into the kit, one at a time, and the tests have to notice each."""
