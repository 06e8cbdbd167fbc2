"""The command line: one thin file per command, each parses, calls the library and renders."""

from semimatch_cli.cli.app import app, main

__all__ = ["app", "main"]
