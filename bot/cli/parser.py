"""The parser of the command line: a new command is one line of ``COMMANDS``."""

import argparse
from pathlib import Path

from bot.cli import (
    admin_link,
    backup,
    change_bot,
    check,
    demo,
    import_vehicles,
    init,
    journal,
    migrate,
    move_store,
    release,
    restore,
    rotate_keys,
    run,
    sms_test,
    verify,
)
from bot.cli.command import Command
from core.version import program_version

COMMANDS: tuple[Command, ...] = (
    init.COMMAND,
    run.COMMAND,
    check.COMMAND,
    migrate.COMMAND,
    sms_test.COMMAND,
    admin_link.COMMAND,
    release.COMMAND,
    import_vehicles.COMMAND,
    rotate_keys.COMMAND,
    backup.COMMAND,
    restore.COMMAND,
    move_store.COMMAND,
    change_bot.COMMAND,
    verify.COMMAND,
    journal.COMMAND,
    demo.COMMAND,
)
"""The commands, in the order of ``--help``."""


def parser_of_commands() -> argparse.ArgumentParser:
    """Return the parser; the namespace it makes has the command's function as ``command``."""
    parser = argparse.ArgumentParser(
        prog="xuanhao",
        description="选号: licence plate pre-selection",
        epilog="xuanhao COMMAND --help explains a command, with an example; docs/command-line.md all of them",
    )
    parser.add_argument("--version", action="version", version=f"xuanhao {program_version()}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        added = commands.add_parser(
            command.name,
            help=command.about,
            description=command.about,
            epilog=f"example: xuanhao {command.example}",
        )
        if command.has_config:
            added.add_argument(
                "--config",
                type=Path,
                default=Path("config.toml"),
                help="settings file (default: %(default)s)",
            )
        command.add_arguments(added)
        added.set_defaults(command=command.run, name=command.name)
    return parser
