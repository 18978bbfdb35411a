"""Where commands lead."""

from bot.desk import counter, segments
from bot.dialog.model import Command, Go
from bot.dialog.scene import Scene
from bot.screens import home

OWNER_COMMANDS = ("start", "preselect", "mine", "cancel", "help")
CHIEF_COMMANDS = ("release", "confirm")


def lead(scene: Scene, typed: Command) -> Go:
    """Lead a command to its screen; an admin's command is unknown to everybody else."""
    if scene.is_chief and typed.name == "release":
        return segments.ask(scene, typed.rest)
    if scene.is_chief and typed.name == "confirm":
        return counter.ask(scene, typed.rest)
    return home.command(scene, typed)
