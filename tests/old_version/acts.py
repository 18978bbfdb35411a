"""What people do in their chats, and the sequences of it that lead from an empty chat to each page."""

from collections.abc import Awaitable, Callable, Iterable
from functools import cache

from tests import factories
from tests.person import Person
from tests.photographed import Shot, jpeg, page, photographed

Act = Callable[[Person], Awaitable[object]]
Way = tuple[Act, ...]
PRESELECT = "【预选号牌】"


def say(text: str) -> Act:
    """Write something."""
    return lambda person: person.say(text)


def press(label: str) -> Act:
    """Press a button."""
    return lambda person: person.press(label)


def see(*words: str) -> Act:
    """Wait for words."""
    return lambda person: person.see(*words)


async def share_contact(person: Person) -> None:
    """Share one's own contact."""
    await person.send_contact()


async def type_code(person: Person) -> None:
    """Type the code of the latest short message."""
    await person.say(await person.sms_code())


async def pick_one(person: Person) -> None:
    """Put the first number of the batch into the shortlist."""
    await person.settled()
    await person.press(next(label for label in person.last.buttons if label.startswith("粤K·")))


async def goes(person: Person, way: Iterable[Act]) -> None:
    """Do one thing after the other; wait each time until the bot has finished answering."""
    for act in way:
        await act(person)
        await person.settled()


@cache
def paper(kind: str) -> bytes:
    """Return a small photo of a paper of nobody."""
    return jpeg(photographed(page(kind, 0), Shot(side=165, noise=0.0), 0))


def to_consent() -> Way:
    """Go from nothing to the consent."""
    return (say("/preselect"),)


def to_office() -> Way:
    """Go on to the choice of an office."""
    return (*to_consent(), press("同意并继续"))


def to_name() -> Way:
    """Go on to the first page of the registration."""
    return (*to_office(), press("粤K"))


def to_identity() -> Way:
    """Go on to its second page."""
    return (*to_name(), say("测试车主"))


def to_phone(number: int) -> Way:
    """Go on to its third page."""
    return (*to_identity(), say(factories.identity(number)))


def to_registration(number: int) -> Way:
    """Go on to the review of the registration."""
    return (*to_phone(number), share_contact)


def to_basics(number: int) -> Way:
    """Go on to the first page of a registered owner."""
    return (*to_registration(number), press("确认注册"))


def to_notice(number: int) -> Way:
    """Go on to the notice that owners have to agree to."""
    return (*to_basics(number), press("小型汽车"))


def to_vin(number: int) -> Way:
    """Go on to where the VIN is entered."""
    return (*to_notice(number), press("【阅读并同意】"))


def to_certificate_kind(number: int) -> Way:
    """Go on to where the vehicle was made."""
    return (*to_vin(number), say(factories.vin(number)))


def to_certificate(number: int) -> Way:
    """Go on to the number of the certificate."""
    return (*to_certificate_kind(number), press("国产车"))


def to_review(number: int) -> Way:
    """Go on to the review of the vehicle."""
    return (*to_certificate(number), say(factories.certificate(number)))


def to_terms(number: int) -> Way:
    """Go on to the terms of the service."""
    return (*to_review(number), press("确认信息"))


def to_code(number: int) -> Way:
    """Go on to where the code is entered."""
    return (*to_terms(number), press("【开始选号】"))


def to_selection(number: int) -> Way:
    """Go on to the page of random selection."""
    return (*to_code(number), type_code)


def to_rehearsed_code(number: int) -> Way:
    """Go into a rehearsal, and on to where its code is entered."""
    vehicle = (press("小型汽车"), press("【阅读并同意】"), say(factories.vin(number)), press("国产车"))
    last = (say(factories.certificate(number)), press("确认信息"), press("【开始选号】"))
    return (say("/rehearse"), press(PRESELECT), *vehicle, *last)


def to_wish(number: int, serial: str) -> Way:
    """Go on to where a number of one's own choice is about to be tried."""
    return (*to_selection(number), press("【自编选号】"), say(serial), press("提交"))


def to_receipt(number: int, serial: str) -> Way:
    """Go on to a number of one's own choice for good."""
    return (*to_wish(number, serial), press("确认提交"), see("第6步"))


def to_refusal(number: int, vehicle: int) -> Way:
    """Go to where somebody else's vehicle is refused."""
    return (*to_vin(number), say(factories.vin(vehicle)), see("不允许再次预选号牌"))


def to_appeal(number: int, vehicle: int) -> Way:
    """Go on to the notice of an appeal."""
    return (*to_refusal(number, vehicle), press("【异常选号资料修改】"))


def to_reason(number: int, vehicle: int) -> Way:
    """Go on to the reason of an appeal."""
    return (*to_appeal(number, vehicle), press("【阅读并同意】"), press("同意并继续"))


def to_invoice(number: int, vehicle: int, reason: str) -> Way:
    """Go on to the second photo of an appeal."""

    async def send_card(person: Person) -> None:
        await person.send_photo(paper("card"))

    return (*to_reason(number, vehicle), say(reason), see("申诉 3/4"), send_card, see("申诉 4/4"))


async def send_invoice(person: Person) -> None:
    """Send the second photo of an appeal, as a file."""
    await person.send_file(paper("invoice"), "invoice.jpg", "image/jpeg")


def to_pending(number: int, vehicle: int, reason: str) -> Way:
    """Go on to an appeal that waits."""
    return (
        *to_invoice(number, vehicle, reason),
        send_invoice,
        see("请核对申诉内容"),
        press("【提交申诉】"),
        see("申诉已提交"),
    )
