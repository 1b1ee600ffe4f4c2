"""Run sqsview as ``python -m sqsview``."""

import sys

from sqsview.cli import main

if __name__ == "__main__":
    sys.exit(main())
