"""`python -m ui.cli`: the command line where `drill` is not on the path."""

import sys

from ui.cli import main

if __name__ == "__main__":
    sys.exit(main())
