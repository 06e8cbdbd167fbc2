"""The list of commands. Importing this module registers each on the application."""

from semimatch_cli.cli import data, doctor, match, weights  # noqa: F401
