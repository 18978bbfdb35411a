"""Where commands lead, and who is offered which."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.desk import (
    appeals,
    bans,
    blacklist,
    broadcasts,
    counter,
    days,
    find,
    people,
    releases,
    staff,
    vehicles,
    withholding,
)
from bot.desk.errors import Usage
from bot.desk.reports import audit, segments, stats, waiting
from bot.dialog.buttons import Carried
from bot.dialog.model import Command, Go
from bot.dialog.scene import Scene
from bot.rehearsal import marking
from bot.screens import home, wishes
from bot.screens.entry import entry
from core.admins import Duty

OWNER_COMMANDS = (
    *("start", "preselect", "rehearse", "mine", "appeal", "offices", "pool", "notify"),
    *("privacy", "export", "delete", "language", "cancel", "help"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskCommand:
    """A command of the desk."""

    duty: Duty
    ask: Callable[[Scene, str], Go]


DESK: dict[str, DeskCommand] = {
    "desk": DeskCommand(duty=Duty.DESK, ask=waiting.ask),
    "segments": DeskCommand(duty=Duty.SEGMENTS, ask=segments.ask),
    "release": DeskCommand(duty=Duty.RELEASE, ask=releases.ask),
    "withhold": DeskCommand(duty=Duty.WITHHOLD, ask=withholding.ask_withhold),
    "unwithhold": DeskCommand(duty=Duty.WITHHOLD, ask=withholding.ask_unwithhold),
    "confirm": DeskCommand(duty=Duty.CONFIRM, ask=counter.ask_confirm),
    "void": DeskCommand(duty=Duty.VOID, ask=counter.ask_void),
    "revoke": DeskCommand(duty=Duty.REVOKE, ask=counter.ask_revoke),
    "closed": DeskCommand(duty=Duty.CLOSED, ask=days.ask_closed),
    "appeals": DeskCommand(duty=Duty.APPEALS, ask=appeals.ask),
    "approve": DeskCommand(duty=Duty.APPEALS, ask=appeals.ask_approve),
    "reject": DeskCommand(duty=Duty.APPEALS, ask=appeals.ask_reject),
    "ban": DeskCommand(duty=Duty.BAN, ask=bans.ask_ban),
    "unban": DeskCommand(duty=Duty.BAN, ask=bans.ask_unban),
    "identity": DeskCommand(duty=Duty.IDENTITY, ask=people.ask_identity),
    "usertype": DeskCommand(duty=Duty.USERTYPE, ask=people.ask_user_type),
    "grant": DeskCommand(duty=Duty.GRANT, ask=people.ask_grant),
    "blacklist": DeskCommand(duty=Duty.BLACKLIST, ask=blacklist.ask_list),
    "find": DeskCommand(duty=Duty.FIND, ask=find.ask),
    "broadcast": DeskCommand(duty=Duty.BROADCAST, ask=broadcasts.ask),
    "vehicles": DeskCommand(duty=Duty.VEHICLES, ask=vehicles.ask),
    "stats": DeskCommand(duty=Duty.STATS, ask=stats.ask),
    "audit": DeskCommand(duty=Duty.AUDIT, ask=audit.ask),
    "maintenance": DeskCommand(duty=Duty.MAINTENANCE, ask=days.ask_maintenance),
    "admins": DeskCommand(duty=Duty.ADMINS, ask=staff.ask),
}

WITHOUT_WORDS = frozenset({"admins", "appeals", "blacklist", "vehicles", "desk", "segments", "stats"})
"""What these need is asked on their screen."""


WITH_FILE = frozenset({"vehicles"})
"""What may be written under a file instead of before it."""


_IN_REHEARSALS = frozenset({"rehearse", "help"})


def leaves_rehearsal(scene: Scene, typed: Command) -> bool:
    """Whether a command leads out of a rehearsal: whatever is really done, and /cancel."""
    desk = DESK.get(typed.name)
    may = desk is not None and desk.duty in scene.admin.duties
    return may or (typed.name in OWNER_COMMANDS and typed.name not in _IN_REHEARSALS)


def lead(scene: Scene, typed: Command) -> Go:
    """Lead a command to its screen; a command of the desk is unknown to whoever may not give it."""
    if scene.has_left and typed.name == "cancel":  # that was all that was to be given up
        return Go(screen="")
    command = DESK.get(typed.name)
    if command is None or command.duty not in scene.admin.duties:
        return home.command(scene, typed)
    if not typed.rest and typed.name not in WITHOUT_WORDS:
        raise Usage(typed.name)
    return command.ask(scene, typed.rest)


_ABOUT = {"receipt": "done", "appeal": "appeal"}
"""Buttons that show one thing, by its number, and on which screen."""


def lead_outside(scene: Scene, carried: Carried) -> Go:
    """Lead a button that hangs under a notice to its screen; it changes nothing but a subscription."""
    if carried.action in _ABOUT:
        return Go(screen=_ABOUT[carried.action], args={"id": carried.arg})
    match carried.action:
        case "desk":
            return Go(screen=waiting.DESK_SCREEN, args={"page": "0"})
        case "preselect":
            return entry(scene)
        case "mute":
            return wishes.mute(scene, carried.arg)
        case "unsubscribe":
            return wishes.unsubscribe(scene, carried.arg)
        case _:  # marking.LEAVE too: out of a rehearsal leads any button outside, back to where one stood
            return Go(screen="" if carried.action == marking.LEAVE else "home")
