"""The application: global options, exit codes and how a failure is told.

Global options (`--offline`, `--debug`, `-q`) are accepted before or after the command's name.
"""

import errno
import sys
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from semimatch_cli import __version__
from semimatch_cli.errors import AccessError, ArgumentError, InputError, SemimatchError

_GLOBAL_FLAGS = {"--offline", "--debug", "--quiet", "-q"}
_EXIT_FOUND_WRONG, _EXIT_COMMAND_LINE, _EXIT_ACCESS, _EXIT_INTERRUPTED = 1, 2, 4, 130


@dataclass(frozen=True)
class Session:
    """The global options of this run, handed to every command as `ctx.obj`."""

    quiet: bool = False
    debug: bool = False
    offline: bool = False

    def note(self, line: str) -> None:
        """Write one line to stderr, unless quiet."""
        if not self.quiet:
            print(line, file=sys.stderr)


class Application(TyperGroup):
    """The root command: hoists global flags and turns errors into lines and exit codes."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse with the global flags moved in front of the command's name."""
        return super().parse_args(ctx, _hoist(args))

    def invoke(self, ctx: Any) -> Any:
        """Run the command; every failure becomes at most three lines on stderr."""
        debug = bool(ctx.params.get("debug"))
        try:
            return super().invoke(ctx)
        except SemimatchError as error:
            if debug:
                raise
            _tell(error)
            raise typer.Exit(_exit_code(error)) from None
        except KeyboardInterrupt:
            if debug:
                raise
            print("Interrupted. Nothing half-written was left behind.", file=sys.stderr)
            raise typer.Exit(_EXIT_INTERRUPTED) from None
        except (OSError, MemoryError) as error:
            if debug or getattr(error, "errno", None) == errno.EPIPE:
                raise
            _tell(_as_input_error(error))
            raise typer.Exit(_EXIT_FOUND_WRONG) from None


app = typer.Typer(
    cls=Application,
    name="semimatch",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(value: bool) -> None:
    if value:
        print(f"semimatch {__version__}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    offline: Annotated[bool, typer.Option("--offline", help="Never touch the network.")] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of a failure.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say only what went wrong.")] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Point at a part of one photo; find the same part of another object in another photo."""
    del version  # acted on by its callback
    ctx.obj = Session(quiet=quiet, debug=debug, offline=offline)


def main() -> None:
    """Run the command line; the entry point of the `semimatch` script."""
    app()


def _hoist(args: list[str]) -> list[str]:
    """Move global flags to the front, so that they may stand anywhere before a bare `--`."""
    end = args.index("--") if "--" in args else len(args)
    flags = [arg for arg in args[:end] if arg in _GLOBAL_FLAGS]
    return flags + [arg for arg in args[:end] if arg not in _GLOBAL_FLAGS] + args[end:]


def _exit_code(error: SemimatchError) -> int:
    if isinstance(error, ArgumentError):
        return _EXIT_COMMAND_LINE
    return _EXIT_ACCESS if isinstance(error, AccessError) else _EXIT_FOUND_WRONG


def _tell(error: SemimatchError) -> None:
    """Write what, why and the next step: one line each."""
    print(f"Error: {error.what}", file=sys.stderr)
    if error.why:
        print(f"  {error.why}", file=sys.stderr)
    if error.hint:
        print(f"Hint: {error.hint}", file=sys.stderr)


def _as_input_error(error: OSError | MemoryError) -> InputError:
    """Word an operating system's complaint that no library code has worded already."""
    hints = {
        errno.ENOSPC: "free some space, or write to another disk",
        errno.EACCES: "check the permissions, or choose another folder",
        errno.EROFS: "choose a folder that can be written",
    }
    if isinstance(error, MemoryError):
        return InputError("out of memory", hint="use smaller photos, or close other programs")
    what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    return InputError(what, hint=hints.get(error.errno or 0, "run again with --debug for details"))


from semimatch_cli.cli import commands  # noqa: E402, F401  (registers every command on `app`)
