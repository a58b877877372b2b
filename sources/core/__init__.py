"""The kit: rows, paced requests, columnar pages and the laws of sync. It knows no vendor."""
