"""An owner who chose English goes through everything with English labels, and sees no Chinese."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.i18n.formatting import office_title
from bot.i18n.language import Language
from bot.texts.owner.languages import NAMES
from core.bootstrap import Core
from core.ports import Tx
from sandbox.events import Event
from tests import factories
from tests.core.tools import reserved
from tests.e2e.appealing import paper
from tests.person import Person, Shown
from tests.world import CHIEF, World, office, open_world

CHINESE = re.compile(r"[\u2e80-\u3009\u300c-\u300f\u3012-\u9fff\uff00-\uffef]+")
"""All but the brackets around button names in both languages."""
OFFICE = office(hours="00:00-24:00")
SAME_FOR_ALL = (NAMES[Language.CHINESE], "语言")
"""Text for people who read no English."""
TAKEN = "A0001"


@pytest.fixture
async def world(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(engine, tmp_path, offices=[OFFICE]) as world:
        await world.release()
        yield world


class Heard:
    """Everything shown to a person from now on: messages, buttons and keyboards, answers to presses."""

    def __init__(self, person: Person) -> None:
        self.words: list[str] = []
        self._person = person
        person.world.events.watchers.append(self._notice)

    def _notice(self, event: Event) -> None:
        if event.chat_id != self._person.me.chat_id:
            return
        if event.kind == "answer":
            self.words.append(event.data["text"])
        elif event.kind in {"message", "edit"}:
            message = self._person.me.messages[event.data["message"]["message_id"]]
            if message.from_bot:
                self.words += [Shown(message).words, *Shown(message).buttons, *self._person.keys]

    def chinese(self, world: World) -> set[str]:
        """Return the Chinese text in it, without names that are the same in every language."""
        served = world.core.offices["粤K"]
        names = (served.name, served.address, office_title(served), served.code, *SAME_FOR_ALL)
        left = "\n".join(self.words)
        for name in names:
            left = left.replace(name, "")
        return set(CHINESE.findall(left))


async def speaks_english(world: World) -> tuple[Person, Heard]:
    owner = world.person()
    await owner.say("/start")
    await owner.press("🌐 English")
    await owner.see("Bought a new vehicle?")
    return owner, Heard(owner)


async def registers(owner: Person, number: int = 0) -> None:
    await owner.press("【Preselect a number】")
    await owner.see("About your personal data")
    await owner.press("Agree and continue")
    await owner.say("Ann·Tester")
    await owner.see("Registration 2/3")
    await owner.say("110105")
    await owner.see("18 characters are needed, you entered 6", fresh=True)
    await owner.say(factories.identity(number))
    await owner.see("Registration 3/3")
    await owner.send_contact()
    await owner.see("Please check your registration")
    await owner.press("Register and preselect: Small car")


async def enters_the_vehicle(owner: Person) -> None:
    await owner.press("【Read and agree】")
    await owner.say(factories.vin(0)[:-1] + "I")
    await owner.see("A VIN has no letters I, O or Q (position 17)", fresh=True)
    await owner.say(f"{factories.vin(0)} {factories.certificate(0)}")
    await owner.see("Please check each line", "Step 3, service terms")
    await owner.press("【Start selecting】")
    await owner.see("Please enter the 6 digits")
    await owner.say("000000")
    await owner.see("That code is wrong.", "Tries left: 4.", fresh=True)
    await owner.say(await owner.sms_code())


async def tries_in_vain(owner: Person) -> None:
    await owner.press("【Compose】")
    await owner.say("O0001 B1234 00000")
    await owner.see(
        "nothing was charged", "Not in a released segment", "A+4 digits", "Did you mean 00001?", fresh=True
    )
    await owner.say(TAKEN)
    await owner.press("Submit")
    await owner.press("Yes, submit")
    await owner.see("None is available", "preselected by somebody else", "You can compose 19")


AFTERWARDS = (
    ("/mine", "preselected, to be registered at the counter", "Next reminder"),
    ("/pool", "Pool bulletin", "SHA-256 of today's seed"),
    ("/notify", "Opening alerts"),
    ("/appeal", "You have made no appeal yet"),
    ("/privacy", "My data"),
    ("/delete", "Your data cannot be deleted yet", "is not registered yet"),
)
"""Questions of an owner who has a number, and text of the answers."""


async def test_owner_gets_the_receipt_in_english(world: World) -> None:
    owner, heard = await speaks_english(world)
    await owner.press("❓ Help")
    await owner.press("🏠 Home")
    await registers(owner)
    await enters_the_vehicle(owner)
    await owner.see("Step 5, preselect a number")
    await owner.press("【Random batch (5)】")
    await owner.see("Batch 1 of 5", "about 1½ min left")
    await owner.press("粤K·")
    await owner.see("Take 粤K·", "cannot be changed or returned")
    await owner.press("Take this number")
    receipt = await owner.see("Step 6, done:", "Register by")
    assert receipt.photo
    await owner.press("What to bring")
    await owner.see("certificate of conformity")
    await owner.press("Back")
    await owner.press("Too little time?")
    await owner.see("the number is taken back", "cannot preselect online for 2 years")
    await owner.press("Back")
    for said, *words in AFTERWARDS:
        await owner.say(said)
        await owner.see(*words, fresh=True)
    await owner.settled()
    assert heard.chinese(world) == set()


async def test_owner_is_told_all_of_an_expiry_in_english(world: World) -> None:
    await world.store.run(reserved, world.core, 800, TAKEN)
    owner, heard = await speaks_english(world)
    await registers(owner)
    await enters_the_vehicle(owner)
    await tries_in_vain(owner)
    await owner.say("A1234")
    world.forward(seconds=10)
    await owner.press("Submit")
    await owner.press("Yes, submit")
    await owner.see("Step 6", "by Tue 17 Mar 2026 17:00")
    world.forward(days=2)
    await world.service.jobs.tell()
    await owner.see("Working days left: 3", "Bring: ")
    await owner.press("Show receipt")
    await owner.press("Calendar")
    event = owner.read_file((await owner.see("Add the deadline to your calendar")).document or "").decode()
    assert "SUMMARY:Plate number: deadline for registration 粤K·A1234" in event
    world.forward(days=4)  # the day before the last
    await world.service.jobs.tell()
    world.forward(days=2)
    await world.service.jobs.ends()
    await world.service.jobs.tell()
    await owner.see("has expired", "cannot preselect online before Fri 17 Mar 2028")
    await owner.say("/preselect")
    await owner.see("You are on the blacklist", "was not registered in time", fresh=True)
    await owner.settled()
    assert heard.chinese(world) == set()


async def test_stranger_rehearses_in_english(world: World) -> None:
    owner, heard = await speaks_english(world)
    await owner.press("【Rehearsal】")
    await owner.see("Rehearsal · the number is void", "The real online service hours")
    await owner.press("【Preselect a number】")
    await owner.press("Small car")
    await owner.press("【Read and agree】")
    await owner.press("Use an example")
    await owner.see("Please check each line", factories.CERTIFICATE)
    await owner.press("【Start selecting】")
    sms = re.search(r"code (\d{6})", (await owner.see("Rehearsed short message")).words)
    assert sms is not None
    await owner.say(sms[1])
    await owner.see("Step 5, preselect a number")
    await owner.press("【Random batch (5)】")
    await owner.press("粤K·")
    await owner.press("Take this number")
    done = await owner.see("Step 6", "This is a rehearsal", "valid until Tue 17 Mar 2026 17:00")
    assert done.photo
    await owner.press("Leave the rehearsal")
    await owner.see("You have left the rehearsal")
    await owner.settled()
    assert heard.chinese(world) == {"模拟车主"}  # the invented owner


async def test_appeal_is_made_and_decided_in_english(world: World) -> None:
    await world.store.run(reserved, world.core, 0, TAKEN)
    owner, heard = await speaks_english(world)
    await registers(owner, 1)
    await owner.press("【Read and agree】")
    await owner.say(factories.vin(0))
    await owner.see("A number has already been preselected for this vehicle; it cannot be preselected again!")
    await owner.press("【Appeal about a VIN】")
    await owner.press("【Read and agree】")
    await owner.press("Agree and continue")
    await owner.see("Appeal 2/4")
    await owner.say("I have never preselected for it")
    await owner.see("Appeal 3/4")
    await owner.send_photo(paper("card"))
    await owner.see("Appeal 4/4")
    await owner.send_photo(paper("invoice"))
    await owner.see("Please check the appeal")
    await owner.press("【Submit the appeal】")
    await owner.see("Appeal submitted", "waiting for review")
    await world.store.run(_approved, world.core)
    await world.service.jobs.tell()
    await owner.see("Appeal 1 approved", "only you can select for it")
    await owner.settled()
    assert heard.chinese(world) == set()


def _approved(tx: Tx, core: Core) -> None:
    core.reviews.record_viewing(tx, 1, CHIEF)
    core.reviews.approve(tx, 1, CHIEF, expected=core.reviews.card(tx, 1).obstacles.digest, bar=False)


async def test_control_chinese_words_are_heard(world: World) -> None:
    owner = world.person()
    heard = Heard(owner)
    await owner.say("/start")
    await owner.press("❓ 帮助")
    await owner.see("预选号牌怎么用")
    assert {"开始。", "没有看懂。"} & heard.chinese(world) == {"开始。"}


ASKED = (
    ("/help", "Commands of the desk"),
    ("/release", "Usage: "),
    ("/segments 粤K", "segments"),
    ("/stats", "last 7 days"),
    ("/desk", "No tasks"),
    ("/audit 粤K", "Journal"),
    ("/find 粤KA0001", "What was found"),
    ("/blacklist", "Blacklist"),
    ("/vehicles", "Vehicle registry"),
    ("/appeals", "No appeal waits"),
    ("/admins", "Admins"),
    ("/confirm 粤KA0001 000800", "Are the papers in order"),
)
"""Requests of an admin, and text of the answers."""


async def test_desk_answers_in_english(world: World) -> None:
    account, _begun = await world.store.run(reserved, world.core, 800, TAKEN)
    chief = world.person(CHIEF)
    await chief.say("/start")
    await chief.press("🌐 English")
    await chief.see("Bought a new vehicle?")
    heard = Heard(chief)
    for said, words in ASKED:
        await chief.say(said)
        await chief.see(words, fresh=True)
    await chief.press("Registered")
    await chief.see("is confirmed as registered")
    await chief.settled()
    # Masked, the owner's name is still in Chinese, as is the name of the chief.
    assert heard.chinese(world) <= {*account.name, "王主任"}
