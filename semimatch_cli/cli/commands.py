"""The list of commands. Importing this module registers each on the application."""

from semimatch_cli.cli.app import app  # noqa: F401
