"""Every purpose of a notification has its message."""

from bot.notifications.messages import RENDERERS
from core.notifications.queue import NotificationPurpose


def test_every_purpose_is_rendered_but_those_of_sms() -> None:
    assert set(NotificationPurpose) - set(RENDERERS) == {NotificationPurpose.SMS_REMINDER}
