"""python -m clausula: the command line."""

import sys

from clausula.cli import main

if __name__ == "__main__":
    sys.exit(main())
