"""Long runs that look for what short tests cannot: `python -m tests.soak`, or `make soak` for all of them."""
