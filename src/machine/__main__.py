"""`python -m machine` is the same as `machine`."""

import sys

from machine.cli import main

if __name__ == "__main__":
    sys.exit(main())
