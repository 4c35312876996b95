"""The command group, and how errors reach the user. Commands import what they need when called."""

from __future__ import annotations

import sys
import traceback
from typing import Any, NoReturn

import click

from bench import __version__
from bench.errors import MonasError

__all__ = ["main"]

# Name of the command -> module and attribute; a module is imported when its command is called.
_COMMANDS = {
    "claims": ("bench.cli.claims", "claims"),
    "data": ("bench.cli.data", "data"),
    "list": ("bench.cli.listing", "listing"),
    "protocol": ("bench.cli.protocol", "protocol"),
    "report": ("bench.cli.report", "report"),
    "run": ("bench.cli.run", "run"),
    "table": ("bench.cli.table", "table"),
}
_SHORT_HELP = {
    "claims": "Say what results make of papers' claims.",
    "data": "Say which tables are on this machine.",
    "list": "List protocols, methods, estimators, tasks or data.",
    "protocol": "Measure and release protocols.",
    "report": "Make tables and figures from results.",
    "run": "Run the methods of protocols.",
    "table": "Build or check the embedded table.",
}


class _LazyGroup(click.Group):
    """A group that imports a command only when it is called, so that `monas --help` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        from importlib import import_module

        module, attribute = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, _SHORT_HELP[name]) for name in sorted(_COMMANDS)])


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
    """Run the command line and leave with its exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in given  # wherever it stands
    words = [word for word in given if word != "--debug"]
    try:
        status: Any = _monas.main(words, prog_name="monas", standalone_mode=False)
    except MonasError as error:
        _say(error, str(error), debug)
        sys.exit(error.exit_status)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort) as error:
        _say(error, "stopped by Ctrl-C", debug)
        sys.exit(130)
    except OSError as error:
        file = error.filename2 or error.filename
        _say(error, f"{file}: {error.strerror}" if file else _unexpected(error), debug)
        sys.exit(1)
    except Exception as error:  # a fault of the suite: say so instead of a wall of text
        _say(error, _unexpected(error), debug)
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)


def _unexpected(error: Exception) -> str:
    return f"unexpected {type(error).__name__}: {error} (add --debug to see where)"


def _say(error: BaseException, message: str, debug: bool) -> None:
    if debug:
        traceback.print_exception(error)
    click.echo(f"monas: {message}", err=True)
