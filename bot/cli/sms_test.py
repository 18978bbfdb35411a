"""``sms-test``: send a code through each SMS gateway, to see whether keys and templates are accepted.

Where a gateway offers receipts, it waits some seconds for the one of its code. It needs no database, so it
runs beside the service. The code is valid for nothing, and counts towards no cap.
"""

import argparse
import asyncio
import secrets

from bot.cli.command import DONE, FAILED, Command, settings_of
from bot.cli.terminal import Terminal, add_yes
from core.errors.verification import SmsGatewayError, SmsRejected
from core.gateways import gateways_of, receipt_sources
from core.ports import SentSms, SmsGateway, SmsReceipt, SmsReceiptSource
from core.settings import Settings
from core.values.identity import parse_phone

_PURPOSE = "preselection"
"""The purpose of the codes that matter most; gateways of one's own may have a template for each."""

WAITS, ASKS_EVERY = 20.0, 2.0
"""Seconds for which a receipt is waited for, and between two questions."""


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("phone", metavar="PHONE", help="a telephone at hand, such as 13800138000")
    add_yes(parser, "send without asking, for scripts; it costs what an SMS costs")


def _test(given: argparse.Namespace) -> int:
    settings = settings_of(given)
    phone = parse_phone(given.phone)
    return asyncio.run(send_tests(settings, phone, Terminal(is_confirmed=given.yes)))


async def send_tests(settings: Settings, phone: str, terminal: Terminal) -> int:
    """Send one code through each gateway, print what became of it, and return the exit status.

    Raises:
        NoTerminal: there is nobody to ask.
    """
    gateways = gateways_of(settings)
    summary = f"one code to …{phone[-4:]} through each of: {', '.join(gateways)}; the gateways charge for it"
    if not await terminal.confirm(summary, "send?"):
        print("nothing was sent")
        return FAILED
    code = f"{secrets.randbelow(1_000_000):06d}"
    print(f"the code is {code}; it is valid for nothing")
    sources = receipt_sources(settings, gateways)
    good = [
        await _is_good(name, gateway, phone, code, sources.get(name)) for name, gateway in gateways.items()
    ]
    return DONE if all(good) else FAILED


async def _is_good(
    name: str, gateway: SmsGateway, phone: str, code: str, source: SmsReceiptSource | None
) -> bool:
    try:
        sent = await gateway.send(phone=phone, code=code, purpose=_PURPOSE)
    except SmsRejected as error:
        print(f"{name}: not accepted: {error}")
    except SmsGatewayError as error:
        print(f"{name}: not accepted, but it may arrive: {error}")
    else:
        if source is not None and sent is not None:
            print(f"{name}: accepted; asking whether it arrives")
            return await _has_arrived(name, source, sent)
        print(f"{name}: accepted; whether it arrives, the telephone shows")
        return True
    return False


async def _has_arrived(name: str, source: SmsReceiptSource, sent: SentSms) -> bool:
    """Print what the gateway says of a code; whether that is no failure."""
    try:
        async with asyncio.timeout(WAITS):
            receipt = await _receipt(source, sent)
    except TimeoutError:
        print(f"{name}: no receipt within {WAITS:.0f} s; the telephone shows whether it has arrived")
        return True
    except SmsGatewayError as error:
        print(f"{name}: the receipt could not be asked for: {error}")
        return False
    said = f" ({receipt.reason})" if receipt.reason else ""
    print(f"{name}: {'delivered' if receipt.is_delivered else 'not delivered'}{said}")
    return receipt.is_delivered


async def _receipt(source: SmsReceiptSource, sent: SentSms) -> SmsReceipt:
    """Ask until there is a receipt."""
    while (found := await source.receipt(sent)) is None:  # noqa: ASYNC110 - nobody else asks
        await asyncio.sleep(ASKS_EVERY)
    return found


COMMAND = Command(
    name="sms-test",
    about="send a code to a telephone through each SMS gateway of the settings; asks first",
    example="sms-test 13800138000",
    run=_test,
    add_arguments=_add_arguments,
)
