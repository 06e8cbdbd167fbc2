"""`python -m semimatch_cli` is `semimatch`."""

from semimatch_cli.cli import main

main()
