"""Screen names are unique, and every button action is handled."""

from dataclasses import replace

import pytest

from bot.dialog.keyboards import GLOBAL_SCREEN as NO_SCREEN
from bot.dialog.keyboards import CallbackCodec
from bot.dialog.names import SCREEN_NAMES, ActionName, ScreenName
from bot.dialog.view import Button
from bot.rehearsal.screens import screens_of
from bot.routing.commands import GLOBAL_BUTTONS
from bot.routing.screens import BY_NAME, SCREENS, by_name
from core.security.vault import Vault
from tests.shown_buttons import leads_on, watched_buttons
from tests.world import KEYS

VAULT = Vault(list(KEYS["keys"]), str(KEYS["lookup_key"]))
CODEC = CallbackCodec(VAULT)
AGREE = Button(label="同意", action=ActionName.AGREE, arg="7")


def test_every_name_is_one_screens() -> None:
    assert set(BY_NAME) == set(ScreenName)
    assert {name: screen.name for name, screen in BY_NAME.items()} == {name: name for name in ScreenName}
    assert set(screens_of(BY_NAME)) == set(ScreenName)


def test_name_without_a_screen_is_refused() -> None:
    with pytest.raises(ValueError, match="desk_audit"):
        by_name([screen for screen in SCREENS if screen.name != ScreenName.DESK_AUDIT])


def test_name_of_two_screens_is_refused() -> None:
    with pytest.raises(ValueError, match="home"):
        by_name([*SCREENS, replace(BY_NAME[ScreenName.HELP], name=ScreenName.HOME)])


def test_every_action_leads_somewhere() -> None:
    rehearsed = screens_of(BY_NAME).values()
    leading = {action for screen in (*SCREENS, *rehearsed) for action in screen.buttons}
    assert leading | set(GLOBAL_BUTTONS) == set(ActionName)


def test_members_are_called_as_their_values() -> None:
    names: list[ScreenName | ActionName] = [*ScreenName, *ActionName]
    assert all(name.name == name.value.upper() for name in names)


def test_name_of_an_older_program_is_unknown() -> None:
    assert SCREEN_NAMES.get("home") is ScreenName.HOME
    assert SCREEN_NAMES.get("welcome") is None


def test_button_carries_plain_values() -> None:
    data = CODEC.write(1, ScreenName.CONSENT, 3, AGREE)
    assert data.startswith("consent:3:agree:7:")
    assert data == CODEC.write(1, "consent", 3, AGREE)
    assert CODEC.write(1, NO_SCREEN, 0, AGREE).startswith("~:0:agree:7:")


def test_action_of_an_older_program_is_unknown() -> None:
    body = "consent:3:accept:7"
    read = CODEC.read(1, f"{body}:{VAULT.sign('button', f'1:{body}', length=8)}")
    assert read is not None
    assert read.action is None


def test_button_that_leads_nowhere_is_noticed() -> None:
    with watched_buttons() as lost:
        CODEC.write(1, ScreenName.CONSENT, 3, AGREE)
        assert not lost
        CODEC.write(1, ScreenName.HOME, 3, AGREE)
        CODEC.write(1, ScreenName.CONSENT, 3, replace(AGREE, global_=True))
    assert lost == {"home: agree", "consent: agree"}
    assert leads_on(NO_SCREEN, Button(label="打开", action=ActionName.DESK))
