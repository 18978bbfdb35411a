"""The exported personal data: valid JSON, and a page that shows input without executing it."""

import hashlib
import json
from datetime import datetime
from html.parser import HTMLParser

from bot.i18n.language import Language, speaking
from bot.owner.personal_data_export import to_html, to_json
from bot.texts.owner import exported, registration
from core.clock import CHINA
from core.people.accounts import CONSENT_VERSION
from core.personal_data import SOURCES, Everything
from tests.person import as_typed

AT = datetime(2026, 3, 10, 10, 0, tzinfo=CHINA)
NASTY = '<script>alert("x")</script>&amp;'
EVERYTHING: Everything = {
    "account": [{"name": NASTY, "office": None, "registered_at": AT, "own_field": True}],
    "draws": [{"numbers": ["A0001", "A0002"]}],
    "wishes": [{"wishes": {"A0001": "preselected"}}],
    "later_holding": [],
}


class _Reader(HTMLParser):
    """Collects the elements and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_json_holds_all_of_it() -> None:
    found = json.loads(to_json(EVERYTHING, AT))
    assert found["exported_at"] == "2026-03-10T10:00:00.000+08:00"
    assert found["account"] == [
        {"name": NASTY, "office": None, "registered_at": "2026-03-10T10:00:00.000+08:00", "own_field": True}
    ]
    assert found["later_holding"] == []


def test_page_shows_words_and_runs_nothing() -> None:
    page = _Reader(to_html(EVERYTHING, AT).decode())
    assert "script" not in page.tags
    assert NASTY in page.words
    assert {"账号", "抽号", "A0001、A0002", "2026-03-10 10:00:00", "是", "\uff08无\uff09"} <= set(page.words)


def test_page_is_in_the_language_that_is_spoken() -> None:
    with speaking(Language.ENGLISH):
        page = to_html(EVERYTHING, AT).decode()
    assert '<html lang="en">' in page
    assert {"Account", "A0001, A0002", "yes", "(none)"} <= set(_Reader(page).words)


def test_what_has_no_word_is_shown_under_its_own_name() -> None:
    page = _Reader(to_html(EVERYTHING, AT).decode())
    assert {"later_holding", "own_field"} <= set(page.words)


def test_every_holding_of_the_core_has_a_word() -> None:
    assert {source.name for source in SOURCES} <= set(exported.SECTIONS)


def test_consent_that_reads_otherwise_has_another_version() -> None:
    """A changed consent text needs a higher CONSENT_VERSION, and its digest here."""
    text = as_typed(registration.consent(CONSENT_VERSION))  # the width of a comma requires no new consent
    assert {3: "65603e7f64b80fa7"}[CONSENT_VERSION] == hashlib.sha256(text.encode()).hexdigest()[:16]
