"""The vendors as local servers, so everything can be run and tested without an account."""
