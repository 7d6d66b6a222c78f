"""Documents of a finished drill: what goes into them, how they are filled and how they look on paper."""
