"""``python -m marketplace …``: the command line."""

from marketplace.cli import main

main()
