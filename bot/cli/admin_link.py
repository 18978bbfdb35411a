"""``admin-link``: a one-time link that gives its holder a role, also beside the running service."""

import argparse
import asyncio
import sys
from datetime import timedelta

from telegram.error import TelegramError

from bot.bot_api.deep_links import invitation_link, invitation_payload
from bot.bot_api.errors import reason_of
from bot.cli.command import DONE, Command, bot_of, settings_of
from bot.cli.terminal import carry_out
from bot.local_socket.operations import ADMIN_LINK
from bot.local_socket.protocol import Request
from core.people.admins import Role
from core.people.invitations import VALID_FOR
from core.settings import Settings


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--role",
        choices=[role.value for role in Role],  # words: the roles themselves would be named as objects
        default=Role.CHIEF.value,
        help="the role (default: %(default)s)",
    )
    parser.add_argument("--office", metavar="CODE", default="", help="only at this office (default: at all)")


def _admin_link(given: argparse.Namespace) -> int:
    settings = settings_of(given)
    request = Request(command=ADMIN_LINK, words=(given.role, given.office))
    username = asyncio.run(_username(settings))
    token = asyncio.run(carry_out(settings, request))
    print(invitation_link(username, token) if username else f"/start {invitation_payload(token)}")
    place = given.office or "all offices"
    hours = VALID_FOR // timedelta(hours=1)
    print(f"who opens it first, within {hours} hours, becomes {given.role} of {place}", file=sys.stderr)
    return DONE


async def _username(settings: Settings) -> str:
    """Return the bot's name; empty if the Bot API cannot be asked, and then say why."""
    try:
        async with bot_of(settings) as bot:
            return bot.username
    except TelegramError as error:
        said = f"the Bot API is unreachable ({reason_of(error)}), so the bot's name is not known"
        print(f"{said}: send it the following line instead of opening a link", file=sys.stderr)
        return ""


COMMAND = Command(
    name="admin-link",
    about="print a one-time link that makes its holder an admin, by default the first chief",
    example="admin-link --role clerk --office 粤K",
    run=_admin_link,
    add_arguments=_add_arguments,
)
