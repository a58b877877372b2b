"""Tests that wait for the vendor's real limit: `make test-scale`."""
