"""The command group, and the messages of errors. A command imports what it needs when it runs."""

from __future__ import annotations

import sys
import traceback
from importlib import import_module
from typing import Any, NoReturn

import click

from bench import __version__
from bench.errors import MonasError

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
    try:
        status: Any = _monas.main(words, prog_name="monas", standalone_mode=False)
    except MonasError as error:
        _print(error, str(error), debug)
        sys.exit(error.exit_status)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort) as error:
        _print(error, "stopped by Ctrl-C", debug)
        sys.exit(130)
    except OSError as error:
        file = error.filename2 or error.filename
        _print(error, f"{file}: {error.strerror}" if file else _unexpected(error), debug)
        sys.exit(1)
    except Exception as error:  # a fault of the suite: one line instead of a traceback
        _print(error, _unexpected(error), debug)
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)


def _unexpected(error: Exception) -> str:
    return f"unexpected {type(error).__name__}: {error} (add --debug to see where)"


def _print(error: BaseException, message: str, debug: bool) -> None:
    if debug:
        traceback.print_exception(error)
    click.echo(f"monas: {message}", err=True)
