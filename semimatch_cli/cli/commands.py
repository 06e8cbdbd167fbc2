"""The list of commands. Importing this module registers each on the application."""

from semimatch_cli.cli import data, data_convert, diff, doctor, eval, match, weights  # noqa: F401
