"""Chinese and English: chosen first of all, stored, and never mixed between two chats."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.dialog.languages import language_of
from bot.i18n import formatting
from bot.i18n.formatting import plain
from bot.i18n.language import Language, speaking
from bot.inbox.model import DeadLetter
from bot.texts import menu
from bot.texts.owner import home
from sandbox.events import Event
from sandbox.methods_about import commands_for
from tests.person import Person, as_typed
from tests.world import CHIEF, OTHER, OWNER, World, eventually, office, open_world

ROUNDS = 12


@pytest.fixture
async def world(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(engine, tmp_path, offices=[office(hours="00:00-24:00")]) as world:
        yield world


def _in(language: Language, words: Callable[[], str]) -> str:
    with speaking(language):
        return words()


def _menu(person: Person) -> list[str]:
    return [one["description"] for one in commands_for(person.world, person.me)]


async def _speaks_english(person: Person) -> None:
    await person.say("/start")
    await person.press("🌐 English")
    await person.see("Bought a new vehicle?")


async def test_first_page_turns_english_and_back_in_place(world: World) -> None:
    owner = world.person()
    await owner.say("/start")
    before = await owner.see(home.NEW.chinese)
    await owner.press("🌐 English")
    english = await owner.see("Bought a new vehicle?")
    assert english.message_id == before.message_id
    assert {"【Preselect a number】", "【My numbers】", "❓ Help", "🌐 中文"} <= set(english.buttons)
    await owner.press("🌐 中文")
    assert "🌐 English" in (await owner.see(home.NEW.chinese)).buttons


async def test_command_offers_both_languages_in_both(world: World) -> None:
    owner = world.person()
    await owner.say("/language")
    asked = await owner.see("请选择显示语言", "Please choose a language")
    assert asked.buttons == ["● 中文", "○ English", "🏠 返回首页"]
    await owner.press("English")
    await owner.see("Bought a new vehicle?")
    await owner.say("/language")
    assert (await owner.see("Please choose")).buttons == ["○ 中文", "● English", "🏠 Home"]


async def test_menu_of_commands_follows_the_language(world: World) -> None:
    owner = world.person()
    chinese = [word() for word in menu.OWNER_MENU.values()]
    await eventually(lambda: _menu(owner) == chinese)
    await _speaks_english(owner)
    english = [_in(Language.ENGLISH, word) for word in menu.OWNER_MENU.values()]
    await eventually(lambda: _menu(owner) == english)
    assert _menu(world.person(OTHER)) == chinese
    await owner.press("🌐 中文")
    await eventually(lambda: _menu(owner) == chinese)


async def test_chief_has_all_commands_in_english(world: World) -> None:
    chief = world.person(CHIEF)
    await _speaks_english(chief)
    words = [*menu.OWNER_MENU.values(), *menu.DESK_MENU.values()]
    await eventually(lambda: _menu(chief) == [_in(Language.ENGLISH, word) for word in words])


async def test_what_is_not_understood_is_said_in_the_language(world: World) -> None:
    owner = world.person()
    await _speaks_english(owner)
    await owner.say("/qqq")
    await owner.see("There is no such command.\nCommands: /start", fresh=True)
    await owner.say("???")
    await owner.see("I did not understand that. Please use the buttons", fresh=True)


async def test_old_button_answers_in_the_language(world: World) -> None:
    owner = world.person()
    await _speaks_english(owner)
    old = owner.button("❓ Help").data
    await owner.press("❓ Help")
    await owner.see("How to preselect a number")
    owner.press_raw(old, owner.last)
    await owner.see_toast("This button is out of date")


def _hears(person: Person) -> list[str]:
    """Return a list that grows with everything shown to a person."""
    heard: list[str] = []

    def notice(event: Event) -> None:
        if event.chat_id == person.me.chat_id and event.kind in {"message", "edit"}:
            body = event.data["message"]
            heard.append(as_typed(str(body.get("text", ""))))

    person.world.events.watchers.append(notice)
    return heard


async def test_two_chats_beside_each_other_never_mix(world: World) -> None:
    english, chinese = world.person(OWNER), world.person(OTHER)
    await _speaks_english(english)
    await chinese.say("/start")
    await chinese.see(home.NEW.chinese)
    heard = {person: _hears(person) for person in (english, chinese)}

    async def turns(person: Person, help_: str, home_: str) -> None:
        for _ in range(ROUNDS):
            await person.press(help_)
            await person.press(home_)

    await asyncio.gather(turns(english, "❓ Help", "🏠 Home"), turns(chinese, "❓ 帮助", "🏠 返回首页"))
    for person, language in ((english, Language.ENGLISH), (chinese, Language.CHINESE)):
        await person.settled()
        assert {as_typed(plain(_in(language, home.help_text))), person.last.text} == set(heard[person])
        assert len(heard[person]) == 2 * ROUNDS
        assert as_typed(_in(language, home.NEW)) in person.last.text


async def test_screen_shown_anew_by_a_clock_keeps_its_language(world: World) -> None:
    owner = world.person()
    await _speaks_english(owner)
    before = owner.last.text
    await world.service.engine.redraw(OWNER)
    assert owner.last.text == before


async def test_notice_is_told_in_the_language_of_its_chat(world: World) -> None:
    chief, clerk, reviewer = world.person(CHIEF), world.person(OWNER), world.person(OTHER)
    await _speaks_english(clerk)
    await reviewer.say("/start")
    for person, role in ((clerk, "clerk"), (reviewer, "reviewer")):
        await chief.say(f"/admins add {person.me.chat_id} {role}")
        await chief.press("确认添加")
        await chief.see("已添加")
    await world.service.jobs.tell()
    await clerk.see("You are now clerk (all issuing offices)")
    await reviewer.see("您现在是申诉审核(全部发牌机关)")


async def test_file_comes_in_the_language_of_its_chat(world: World) -> None:
    chief = world.person(CHIEF)
    await _speaks_english(chief)
    await chief.say("/vehicles")
    await chief.press("📄")
    await eventually(lambda: any(shown.document and "Template" in shown.words for shown in chief.history))


async def test_what_broke_is_told_to_each_in_their_language(world: World) -> None:
    chief, owner = world.person(CHIEF), world.person()
    await _speaks_english(owner)
    await chief.say("/start")
    await chief.see(home.NEW.chinese)
    letter = DeadLetter(
        update_id=1, chat_id=OWNER, received_at=datetime(2026, 3, 10, tzinfo=UTC), tries=5, error="ValueError"
    )
    await world.service.reports.report_dead_letter(letter)
    await owner.see(_in(Language.ENGLISH, formatting.FAILED))
    await chief.see("有一条消息无法处理")


async def test_forged_choice_of_a_language_changes_nothing(world: World) -> None:
    owner = world.person()
    await owner.say("/language")
    shown = await owner.see("Please choose")
    forged = owner.button("English").data.replace(":en:", ":fr:")
    owner.press_raw(forged, shown)
    await owner.see_toast(formatting.OLD_BUTTON.chinese)
    assert await world.store.read(language_of, OWNER) == Language.CHINESE
