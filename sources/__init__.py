"""dlt sources: the kit in `core` and one package per vendor."""
