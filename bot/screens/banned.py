"""What whoever is on the blacklist is shown: why, until when, how to object."""

from bot.dialog.model import Button, Go, Screen, View
from bot.dialog.scene import Scene
from bot.texts import common, home, notices
from core.blacklist import running


def _show(scene: Scene) -> View | Go:
    ban = running(scene.tx, scene.account.identity_hash)
    if ban is None:
        return Go(screen="home")
    office = scene.core.offices.get(ban.office) or scene.core.offices.get(scene.account.office or "")
    return View(
        text=notices.banned(ban.until, ban.reason, office),
        rows=((Button(label=home.MINE(), action="mine"), Button(label=common.HOME(), action="home")),),
        redraw_at=ban.until,
    )


BANNED = Screen(
    name="banned",
    show=_show,
    buttons={
        "mine": lambda _scene, _arg: Go(screen="mine"),
        "home": lambda _scene, _arg: Go(screen="home"),
    },
    hint=common.PRESS_HINT,
)
