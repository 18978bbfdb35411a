"""Where commands lead."""

from collections.abc import Callable

from bot.desk import counter, days, people, segments
from bot.dialog.buttons import Carried
from bot.dialog.model import Command, Go
from bot.dialog.scene import Scene
from bot.screens import home, wishes
from bot.screens.entry import entry

OWNER_COMMANDS = ("start", "preselect", "mine", "notify", "cancel", "help")
CHIEF_COMMANDS = ("release", "confirm", "closed", "ban", "unban")

_DESK: dict[str, Callable[[Scene, str], Go]] = {
    "release": segments.ask,
    "confirm": counter.ask,
    "closed": days.ask,
    "ban": people.ask_ban,
    "unban": people.ask_unban,
}


def lead(scene: Scene, typed: Command) -> Go:
    """Lead a command to its screen; an admin's command is unknown to everybody else."""
    ask = _DESK.get(typed.name) if scene.is_chief else None
    return ask(scene, typed.rest) if ask else home.command(scene, typed)


def lead_outside(scene: Scene, carried: Carried) -> Go:
    """Lead a button that hangs under a notice to its screen; it changes nothing but a subscription."""
    match carried.action:
        case "receipt":
            return Go(screen="done", args={"id": carried.arg})
        case "preselect":
            return entry(scene)
        case "unsubscribe":
            return wishes.unsubscribe(scene, carried.arg)
        case _:
            return Go(screen="home")
