"""``python -m convolens`` is the command line."""

from convolens.cli import main

if __name__ == "__main__":
    main()
