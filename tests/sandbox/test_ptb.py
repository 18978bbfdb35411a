"""A bare python-telegram-bot application against the sandbox: it parses the responses."""

import io
from collections.abc import AsyncIterator
from typing import Any

import pytest
from PIL import Image
from telegram import (
    Bot,
    BotCommand,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    Message,
    Update,
)
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from sandbox import Sandbox
from tests.person import Person
from tests.sandbox.conftest import OWNER

BUTTONS = InlineKeyboardMarkup(
    [
        [
            InlineKeyboardButton("【换一批】", callback_data="again"),
            InlineKeyboardButton("图", callback_data="photo"),
        ]
    ]
)
Context = ContextTypes.DEFAULT_TYPE


def picture(colour: str = "navy", size: tuple[int, int] = (440, 140)) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, colour).save(data, "PNG")
    return data.getvalue()


async def start(update: Update, _context: Context) -> None:
    assert update.message is not None
    await update.message.reply_html("<b>您好</b> 😀 &amp; 欢迎", reply_markup=BUTTONS)


async def echo(update: Update, _context: Context) -> None:
    assert update.message is not None
    await update.message.reply_text(f"收到:{update.message.text}")


async def got_photo(update: Update, _context: Context) -> None:
    assert update.message is not None
    file = await update.message.photo[-1].get_file()
    data = await file.download_as_bytearray()
    await update.message.reply_photo(picture("green"), caption=f"{len(data)} 字节", reply_markup=BUTTONS)


async def got_contact(update: Update, _context: Context) -> None:
    assert update.message is not None
    assert update.message.contact is not None
    own = update.message.contact.user_id == update.effective_user.id  # type: ignore[union-attr]
    await update.message.reply_text(f"{update.message.contact.phone_number} {own}")


async def pressed(update: Update, _context: Context) -> None:
    query = update.callback_query
    assert isinstance(query, CallbackQuery)
    await query.answer("好")
    if query.data == "again":
        await query.edit_message_text("第二批")
    else:
        await query.edit_message_media(InputMediaPhoto(picture("red"), caption="新图"), reply_markup=BUTTONS)


AnyApplication = Application[Any, Any, Any, Any, Any, Any]


@pytest.fixture
async def application(sandbox: Sandbox) -> AsyncIterator[AnyApplication]:
    builder = ApplicationBuilder().token(sandbox.token).base_url(sandbox.base_url)
    application: AnyApplication = builder.base_file_url(sandbox.base_file_url).build()
    application.add_handlers(
        [
            CommandHandler("start", start),
            MessageHandler(filters.PHOTO, got_photo),
            MessageHandler(filters.CONTACT, got_contact),
            MessageHandler(filters.TEXT, echo),
            CallbackQueryHandler(pressed),
        ]
    )
    async with application:
        assert application.updater is not None
        await application.updater.start_polling(poll_interval=0.0, timeout=10)
        await application.start()
        yield application
        await application.updater.stop()
        await application.stop()


async def test_commands_reach_their_handlers(application: AnyApplication, person: Person) -> None:
    await person.say("/start")
    assert (await person.see("您好 😀 & 欢迎")).buttons == ["【换一批】", "图"]


async def test_texts_come_back_as_echo(application: AnyApplication, person: Person) -> None:
    await person.say("粤K·12345")
    assert (await person.see("收到:粤K·12345")).from_bot


async def test_presses_edit_the_message_in_place(application: AnyApplication, person: Person) -> None:
    await person.say("/start")
    await person.press("换一批")
    assert (await person.see("第二批")).message_id == 2
    assert [toast.text for toast in person.toasts] == ["好"]


async def test_photos_travel_both_ways(application: AnyApplication, person: Person) -> None:
    await person.send_photo(picture())
    shown = await person.see("字节")
    assert shown.photo is not None
    assert person.read_file(shown.photo) == picture("green")


async def test_pictures_are_exchanged_in_place(application: AnyApplication, person: Person) -> None:
    await person.send_photo(picture())
    before = await person.see("字节")
    await person.press("图")
    after = await person.see("新图")
    assert (after.message_id, after.photo != before.photo) == (before.message_id, True)


async def test_own_contact_bears_own_id(application: AnyApplication, person: Person) -> None:
    await person.send_contact()
    await person.see("+8613800000001 True")


async def test_contact_of_another_bears_theirs(
    application: AnyApplication, sandbox: Sandbox, person: Person
) -> None:
    await person.send_contact(of=Person(sandbox, 2002))
    await person.see("+8613800000002 False")


async def test_bot_stays_within_the_contract(
    application: AnyApplication, sandbox: Sandbox, person: Person
) -> None:
    await person.say("/start")
    await person.press("换一批")
    await person.settled()
    assert list(sandbox.contract_violations) == []


async def test_all_other_objects_are_parsed(application: AnyApplication, person: Person) -> None:
    await person.say("/start")
    await person.settled()
    bot = application.bot
    sent: list[Message] = [
        await bot.send_venue(OWNER, 21.66, 110.92, "车管所", "茂名市油城四路"),
        await bot.send_location(OWNER, 21.66, 110.92),
        await bot.send_document(
            OWNER, b"a,b\n", filename="名单.csv", caption="<i>名单</i>", parse_mode="HTML"
        ),
        *await bot.send_media_group(OWNER, [InputMediaPhoto(picture()), InputMediaPhoto(picture("red"))]),
    ]
    assert [message.chat_id for message in sent] == [OWNER] * 5
    assert (await bot.get_chat(OWNER)).first_name == "晓东"
    assert (await bot.get_webhook_info()).pending_update_count >= 0


async def test_commands_are_kept_by_scope(application: AnyApplication) -> None:
    await application.bot.set_my_commands([BotCommand("start", "开始")], language_code="zh")
    kept = await application.bot.get_my_commands(language_code="zh")
    assert [(command.command, command.description) for command in kept] == [("start", "开始")]
    assert await application.bot.get_my_commands() == ()


async def test_refusals_arrive_as_their_exceptions(
    application: AnyApplication, sandbox: Sandbox, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    await person.say("/start")
    await person.settled()
    sandbox.faults.too_many("sendMessage", retry_after=7)
    with pytest.raises(RetryAfter):
        await application.bot.send_message(OWNER, "x")
    sandbox.faults.drop("sendMessage", after_effect=True)
    with pytest.raises(NetworkError):
        await application.bot.send_message(OWNER, "y")
    assert person.last.text == "y"
    with pytest.raises(BadRequest, match="Chat not found"):
        await application.bot.send_message(2002, "x")
    person.block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await application.bot.send_message(OWNER, "x")


async def test_a_wrong_token_is_refused(sandbox: Sandbox) -> None:
    bot = Bot("700000001:AAwrong00000000000000000", base_url=sandbox.base_url)
    with pytest.raises(InvalidToken):
        await bot.initialize()
    await bot.shutdown()
