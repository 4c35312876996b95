"""The command group, and the messages of errors. A command imports what it needs when it runs."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import suppress
from errno import ENOMEM
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NoReturn

import click

from bench import __version__
from bench.errors import CallError, MonasError
from bench.files import in_words

__all__ = ["main"]

# Name of the command -> module, attribute and short help; a module is imported for its command.
_COMMANDS = {
    "claims": ("bench.cli.claims", "claims", "Judge papers' claims by results."),
    "data": ("bench.cli.data", "data", "Show, download, import or verify tables."),
    "list": ("bench.cli.listing", "listing", "List protocols, methods, estimators, tasks or data."),
    "protocol": ("bench.cli.protocol", "protocol", "Measure and release protocols."),
    "report": ("bench.cli.report", "report", "Make tables and figures from results."),
    "run": ("bench.cli.run", "run", "Run the methods of protocols."),
    "table": ("bench.cli.table", "table", "Build or check an embedded table."),
    "verify": ("bench.cli.verify", "verify", "Check journals, and play runs again."),
}


class _LazyGroup(click.Group):
    """A group that imports a command only when it is called, so that `monas --help` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, attribute, _ = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in _COMMANDS.items()])


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with: monas run nb201-digits && monas report nb201-digits",
)
@click.version_option(__version__, prog_name="monas")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def _monas(debug: bool) -> None:
    """Compare methods of multi-objective neural architecture search under frozen protocols.

    Exit status: 0 all is well, 1 a check or a run failed, 2 a wrong call.
    """


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit with its status.

    `arguments` are those of the process by default.
    """
    given = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in given  # in any position
    words = [word for word in given if word != "--debug"]
    if sys.stderr is None:  # closed; a file that is opened later must not get its number
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # names of files may have bytes that are no text
            stream.reconfigure(errors="backslashreplace")
    try:
        if sys.stdout is None:
            raise CallError("standard output is closed; send it somewhere, such as to /dev/null")
        status: Any = _monas.main(words, prog_name="monas", standalone_mode=False)
        sys.stdout.flush()
    except MonasError as error:
        _leave(error, str(error), debug, error.exit_status)
    except click.exceptions.Exit as left:
        status = left.exit_code
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except (KeyboardInterrupt, click.Abort) as error:
        _leave(error, "stopped by Ctrl-C", debug, 130)
    except BrokenPipeError:  # the reader has what it wants, as `head` does
        _forget_output()
        sys.exit(1)
    except Exception as error:
        _fail(error, debug)
    sys.exit(status if isinstance(status, int) else 0)


def _fail(error: Exception, debug: bool) -> NoReturn:
    """Leave with one line about an error that is none of the suite's own."""
    if _is_of_memory(error):
        way = "free memory, or use fewer processes with --workers 1"
        _leave(error, f"out of memory; {way}", debug, 1)
    if isinstance(error, OSError):
        file = error.filename2 or error.filename
        _leave(error, f"{file or _where()}: {in_words(error)}", debug, 1)
    said = f"{type(error).__name__}: {error}"
    _leave(error, f"a fault of the suite, {said}; report it with what --debug shows", debug, 1)


def _is_of_memory(error: Exception) -> bool:
    """Return whether memory ran out, also while a library was loaded."""
    if isinstance(error, MemoryError) or getattr(error, "errno", None) == ENOMEM:
        return True
    return isinstance(error, ImportError) and "failed to map segment" in str(error)


def _where() -> str:
    """Return what the operating system refused to use, when it does not say which file it is."""
    try:
        Path.cwd()
    except OSError:
        return "the current folder was removed (change to another one)"
    return "the output cannot be written"


def _leave(error: BaseException, message: str, debug: bool, status: int) -> NoReturn:
    """Print one line, after the traceback if it is wanted, and exit."""
    with suppress(OSError):
        if debug:
            traceback.print_exception(error)
        click.echo(f"monas: {_on_one_line(message)}", err=True)
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        _forget_output()
    sys.exit(status)


def _on_one_line(message: str) -> str:
    """Return a message without line breaks and control characters, which files could hold."""
    line = " ".join(message.split("\n"))
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)


def _forget_output() -> None:
    """Send what is left of the output nowhere: Python would try to write it when it exits."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with suppress(OSError, ValueError):
        os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
