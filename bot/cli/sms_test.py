"""``sms-test``: send a code through each SMS gateway, to see whether keys and templates are accepted.

It needs no database, so it runs beside the service. The code is valid for nothing, and counts towards no cap.
"""

import argparse
import asyncio
import secrets

from bot.cli.command import DONE, FAILED, Command, settings_of
from bot.cli.terminal import Terminal, add_yes
from core.errors.verification import SmsGatewayError, SmsRejected
from core.gateways import gateways_of
from core.ports import SmsGateway
from core.settings import Settings
from core.values.identity import parse_phone

_PURPOSE = "preselection"
"""The purpose of the codes that matter most; gateways of one's own may have a template for each."""


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
    accepted = [await _is_accepted(name, gateway, phone, code) for name, gateway in gateways.items()]
    return DONE if all(accepted) else FAILED


async def _is_accepted(name: str, gateway: SmsGateway, phone: str, code: str) -> bool:
    try:
        await gateway.send(phone=phone, code=code, purpose=_PURPOSE)
    except SmsRejected as error:
        print(f"{name}: not accepted: {error}")
    except SmsGatewayError as error:
        print(f"{name}: not accepted, but it may arrive: {error}")
    else:
        print(f"{name}: accepted; whether it arrives, the telephone shows")
        return True
    return False


COMMAND = Command(
    name="sms-test",
    about="send a code to a telephone through each SMS gateway of the settings; asks first",
    example="sms-test 13800138000",
    run=_test,
    add_arguments=_add_arguments,
)
