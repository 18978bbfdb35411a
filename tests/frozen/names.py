"""Names that are stored, that messages in chats carry, or that people type."""

import argparse
import builtins
import inspect
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from importlib.resources import files
from io import BytesIO

from babel.messages.pofile import read_po

import bot
import bot.i18n
import core
from bot import __main__ as program
from bot import cli
from bot.bot_api import deep_links
from bot.desk import commands as desk_commands
from bot.dialog.keyboards import GLOBAL_SCREEN, CallbackCodec
from bot.dialog.names import ActionName
from bot.dialog.screen import Screen
from bot.dialog.view import Button, MessageKind, Style
from bot.i18n.language import Language
from bot.photos.formats import Kind as PhotoFormat
from bot.rehearsal.screens import screens_of
from bot.routing import commands
from bot.routing.screens import BY_NAME
from bot.texts.desk.audit import _OWNERS
from bot.texts.desk.audit_names import SUBJECTS, WORDED
from bot.texts.desk.commands import USAGE, permission_of
from bot.texts.menu import DESK_MENU, OWNER_MENU
from core import audit
from core.appeals.model import AppealState, Slot
from core.errors.base import XuanhaoError
from core.notifications.broadcasts import Audience, BroadcastState
from core.notifications.queue import BLOCKED, ONCE, UNCERTAIN
from core.notifications.queue import NotificationPurpose as NoticePurpose
from core.notifications.subscriptions import SubscriptionTopic
from core.people.accounts import UserType
from core.people.admins import OF_NO_OFFICE, PERMISSIONS, Permission, Role
from core.people.verification import CodePurpose
from core.pool.number_status import NumberStatus
from core.pool.seeded_stream import Draw
from core.preselection.composed_selection import Unavailable
from core.preselection.model import TRANSITIONS, PreselectionState
from core.registry.imports import ImportState
from core.reporting.audit_search import IDENTITY, PHONE, AuditQuery
from core.reporting.case_file import CaseFileTopic as FindTopic
from core.reporting.tasks import TaskKind
from core.security.vault import Vault
from core.suspicion import SuspicionKind, SuspicionState
from core.suspicion.presses import PressWay
from core.values.plates import PlateKind
from core.values.vehicles import CertificateKind
from tests.frozen import sources

_ENUMS: Mapping[str, type[StrEnum]] = {
    "appeal photo slot": Slot,
    "appeal state": AppealState,
    "broadcast audience": Audience,
    "broadcast state": BroadcastState,
    "button style": Style,
    "certificate kind": CertificateKind,
    "code purpose": CodePurpose,
    "desk duty": Permission,
    "desk role": Role,
    "desk task kind": TaskKind,
    "press way": PressWay,
    "suspicion kind": SuspicionKind,
    "suspicion state": SuspicionState,
    "find topic": FindTopic,
    "import state": ImportState,
    "language": Language,
    "message kind": MessageKind,
    "notice purpose": NoticePurpose,
    "photo format": PhotoFormat,
    "plate kind": PlateKind,
    "plate standing": NumberStatus,
    "preselection state": PreselectionState,
    "subscription topic": SubscriptionTopic,
    "unavailable plate": Unavailable,
    "user type": UserType,
}
_VAULT = Vault(["p4Qf2yY3s5q0cQnO9b0C0oW2sB2h1mJ8x0V9o1b2c3Q="], "a lookup key of the tests alone")


def enum_values() -> Iterable[str]:
    """Return the values of all enums that are stored or sent, and the tables keyed by them."""
    yield from (f"{name}: {str_enum.value}" for name, kind in _ENUMS.items() for str_enum in kind)
    yield from (
        f"duties of {role}: {' '.join(sorted(permissions))}" for role, permissions in PERMISSIONS.items()
    )
    yield f"duties of no office: {' '.join(sorted(OF_NO_OFFICE))}"
    yield f"notices sent once: {' '.join(sorted(ONCE))}"
    yield f"errors of a notice: blocked {' '.join(BLOCKED)}, uncertain {UNCERTAIN}"
    for state, targets in TRANSITIONS.items():
        yield f"preselection moves: {state} -> {' '.join(sorted(targets))}"


def audit_log() -> Iterable[str]:
    """Return the actions of the audit log with their texts, its subjects, and the names of details."""
    for action in audit.AuditAction:
        yield f"action: {action} by {'owners' if action in _OWNERS else 'others'}: {WORDED[action]()}"
    yield from (f"subject: {topic}: {words()}" for topic, words in SUBJECTS.items())
    yield f"subject of a plate: {audit.plate_subject('粤K', 'small', 'A1234')}"
    yield f"actor: {audit.SYSTEM}"
    yield f"query as a screen keeps it: {' '.join(sorted(AuditQuery().to_json()))}; {IDENTITY} {PHONE}"
    yield from (f"detail of an entry or a notice: {name}" for name in sources.details())


def composed_names() -> Iterable[str]:
    """Return the names composed of a kind and a number: subjects, actors, purposes."""
    return sources.composed()


def commands_of_chats() -> Iterable[str]:
    """Return the commands with their position in the menu, permissions and descriptions."""
    for place, name in enumerate(commands.OWNER_COMMANDS):
        yield f"owner {place:02} /{name}: {OWNER_MENU[name]()}"
    for place, name in enumerate(desk_commands.DESK):
        kinds = [
            *(["alone"] if name in desk_commands.WITHOUT_WORDS else []),
            *(["under a file"] if name in commands.WITH_FILE else []),
        ]
        about = f"duty {permission_of(name).value}{''.join(f', {kind}' for kind in kinds)}"
        yield f"desk {place:02} /{name} ({about}): {DESK_MENU[name]()}"
        yield f"desk usage /{name}: {' | '.join(str(USAGE[name]()).splitlines())}"


def command_line() -> Iterable[str]:
    """Return the commands of the command line with their options, and the exit statuses."""
    parser = cli.parser_of_commands()
    yield f"program {parser.prog}"
    (subparsers,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    for name, command in subparsers.choices.items():
        yield f"{name}:"
        yield from (f"{name}: {_option(action)}" for action in command._actions)
    yield f"exit status: done {cli.DONE}, failed {cli.FAILED}, bad settings {cli.BAD_SETTINGS}"
    yield f"exit status: interrupted {cli.INTERRUPTED} {program.INTERRUPTED}"


def _option(action: argparse.Action) -> str:
    names = " ".join(action.option_strings) or str(action.metavar or action.dest)
    default = "" if action.default is argparse.SUPPRESS else action.default
    given = getattr(action.type, "__name__", "str")
    needed = "required" if action.required else "optional"
    return f"{names} {needed} nargs={action.nargs} type={given} default={default}"


def screens() -> Iterable[str]:
    """Return the screens, their inputs, and the actions of their buttons, which old messages carry."""
    yield from (line for screen in BY_NAME.values() for line in _screen(screen))
    for screen in screens_of(BY_NAME).values():
        if screen is not BY_NAME[screen.name]:
            yield f"in rehearsals {screen.name}: {' '.join(sorted(screen.buttons))}".rstrip()
    yield from (f"argument of a screen: {name}" for name in sources.screen_arguments())


def _screen(screen: Screen) -> Iterator[str]:
    takes = {
        "text": screen.text is not None,
        "contact": screen.contact is not None,
        f"attachment of {screen.attachment.most_bytes if screen.attachment else 0} bytes": screen.attachment,
    }
    yield f"{screen.name}: takes {', '.join(name for name, it in takes.items() if it) or 'nothing'}"
    if screen.personal:
        yield f"{screen.name}: personal"
    if screen.hint is not None:
        yield f"{screen.name}: hint {screen.hint()}"
    yield from (f"{screen.name}: button {action}" for action in screen.buttons)


def callback_data() -> Iterable[str]:
    """Return the data of buttons and deep links, and the actions of buttons outside a conversation."""
    codec = CallbackCodec(_VAULT)
    button = Button(label="开始", action=ActionName.DO, arg="7")
    outside = Button(label="开始", action=ActionName.DESK, global_=True)
    yield f"bare: {codec.write(1, 'home', 3, button)}"
    yield f"of a conversation: {codec.for_conversation(1_773_108_000_000).write(1, 'home', 3, button)}"
    yield f"of a rehearsal: {codec.for_rehearsal(1, 2).write(1, 'home', 3, button)}"
    yield f"outside, in a conversation: {codec.for_conversation(5).write(1, 'home', 3, outside)}"
    yield f"under a notice: {codec.write(1, GLOBAL_SCREEN, 0, button)}"
    styled = Button(label="开始", action=ActionName.DO, style=Style.DANGER)
    yield f"key: {codec.keys(1, 'home', 3, [[styled]])}"
    yield from (f"action outside: {action}" for action in commands.GLOBAL_BUTTONS)
    yield f"deep link: {deep_links.link_to('xuanhao_bot', '粤K')} {deep_links.payload_of('京A')}"
    yield f"sharing: {deep_links.sharing(deep_links.link_to('xuanhao_bot', '粤K'), '选号')}"


def hashes() -> Iterable[str]:
    """Return samples of the hashes by which rows are looked up, and of a draw that anybody can recompute."""
    yield from (f"lookup: {name} {_VAULT.lookup(name, 'A1').hex()}" for name in sources.lookups())
    yield from (f"sign: {name} {_VAULT.sign(name, 'A1', length=52)}" for name in sources.signatures())
    stream = Draw(
        seed=bytes(range(32)), office="粤K", kind="small", n=3, nonce="a nonce", head="0" * 64
    ).words()
    yield from (f"draw: word {place} {next(stream)}" for place in range(6))


def catalogue() -> Iterable[str]:
    """Return all messages, Chinese and English."""
    file = files(bot.i18n) / "locale" / Language.ENGLISH.value / "LC_MESSAGES" / "xuanhao.po"
    for message in read_po(BytesIO(file.read_bytes())):
        if message.id:
            yield f"{message.id!r} = {message.string!r}{' fuzzy' if message.fuzzy else ''}"


def errors() -> Iterable[str]:
    """Return the names of errors, which are stored with failed updates, notices and codes."""
    sources.load_all()
    for kind in _below(Exception):
        if kind.__module__.partition(".")[0] in {bot.__name__, core.__name__}:
            bases = [one.__name__ for one in inspect.getmro(kind)[1:] if one not in vars(builtins).values()]
            tree = "" if issubclass(kind, XuanhaoError) else " (no XuanhaoError)"
            yield f"{kind.__name__}: {' '.join(bases)}{tree}"


def _below(kind: type[Exception]) -> Iterator[type[Exception]]:
    for one in kind.__subclasses__():
        if ".sandbox" not in one.__module__:
            yield one
        yield from _below(one)
