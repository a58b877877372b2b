"""What a load costs, beside a plain dlt pipeline, measured in the same run: `python -m benchmarks`."""
