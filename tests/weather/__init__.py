"""What can go wrong between a vendor and us, tried one by one: `docs/reliability.md` is written by these runs."""
