import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.entities import detect, parse_html, tidy, utf16_length
from sandbox.errors import ApiError

MARKED = [
    ("<b>粗</b>", "粗", [("bold", 0, 1)]),
    ("<strong>粗</strong>体", "粗体", [("bold", 0, 1)]),
    ("😀<i>斜</i>", "😀斜", [("italic", 2, 1)]),
    ("<u>😀😀</u>", "😀😀", [("underline", 0, 4)]),
    ("<s>a</s><del>b</del>", "ab", [("strikethrough", 0, 1), ("strikethrough", 1, 1)]),
    ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
    ("<tg-spoiler>a</tg-spoiler>", "a", [("spoiler", 0, 1)]),
    ('<span class="tg-spoiler">a</span>', "a", [("spoiler", 0, 1)]),
    ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
    ("<code>&lt;b&gt;</code>", "<b>", [("code", 0, 3)]),
    ("<b><code>a</code></b>", "a", [("code", 0, 1)]),
    ('<pre><code class="language-sql">x</code></pre>', "x", [("pre", 0, 1)]),
    ("<B>a</B>", "a", [("bold", 0, 1)]),
    ("a &amp; b &quot;c&quot; &#65; &#x1F600;", 'a & b "c" A 😀', []),
    ("a &nbsp; b & c", "a &nbsp; b & c", []),
    ("<b></b>a", "a", []),
    ('<a href="https://plates.example/?a=1&amp;b=2">x</a>', "x", [("text_link", 0, 1)]),
    ("<a href='nonsense'>x</a>", "x", []),
]


def covered(text: str, offset: int, length: int) -> str:
    """Return the part of a text that an entity covers."""
    units = text.encode("utf-16-le")
    return units[offset * 2 : (offset + length) * 2].decode("utf-16-le")


@pytest.mark.parametrize(("source", "text", "entities"), MARKED)
def test_html_becomes_text_and_entities(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    parsed, found = parse_html(source)
    assert (parsed, [(entity["type"], entity["offset"], entity["length"]) for entity in found]) == (
        text,
        entities,
    )


REFUSED = [
    ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
    ("<div>a</div>", 'Unsupported start tag "div" at byte offset 0'),
    ("号<br>", 'Unsupported start tag "br" at byte offset 3'),
    ("a < b", 'Unsupported start tag "" at byte offset 2'),
    ("<b><i>test</b></i>", 'Unmatched end tag at byte offset 10, expected "</i>", found "</b>"'),
    ("a</b>", "Unexpected end tag at byte offset 1"),
    ("<b>a</b", "Unclosed end tag at byte offset 4"),
    ("<b", 'Unclosed start tag "b" at byte offset 0'),
    ("<a href=", 'Unexpected character in the start tag "a" at byte offset 0'),
    ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ('<tg-emoji emoji-id="x">a</tg-emoji>', "Invalid custom emoji identifier specified"),
]


@pytest.mark.parametrize(("source", "why"), REFUSED)
def test_bad_html_is_refused_with_its_place(source: str, why: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse_html(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {why}"


def test_the_language_of_code_is_kept() -> None:
    assert parse_html('<pre><code class="language-sql">x</code></pre>')[1][0]["language"] == "sql"


@given(st.text())
def test_escaped_text_comes_back_unchanged(text: str) -> None:
    assert parse_html(html.escape(text, quote=False)) == (text, [])


@given(
    st.lists(st.tuples(st.sampled_from(["b", "i", "u", "s", "tg-spoiler"]), st.text(min_size=1)), max_size=6)
)
def test_every_entity_marks_its_own_words(parts: list[tuple[str, str]]) -> None:
    source = "".join(f"<{tag}>{html.escape(words, quote=False)}</{tag}>" for tag, words in parts)
    text, entities = parse_html(source)
    marked = [covered(text, entity["offset"], entity["length"]) for entity in entities]
    assert marked == [words for _, words in parts]


def test_an_emoji_counts_two_units() -> None:
    assert (utf16_length("号"), utf16_length("😀"), utf16_length("👨‍👩‍👧")) == (1, 2, 8)


def test_space_around_a_text_is_cut() -> None:
    bold = [{"type": "bold", "offset": 3, "length": 6}]
    assert tidy("\n \nab  \n", bold) == ("ab", [{"type": "bold", "offset": 0, "length": 2}])


def test_commands_and_addresses_are_marked() -> None:
    found = detect("😀 /start@some_bot 或 https://a.example/x 与 1/2", [])
    assert [(entity["type"], entity["offset"], entity["length"]) for entity in found] == [
        ("bot_command", 3, 15),
        ("url", 21, 19),
    ]


def test_nothing_is_marked_inside_code() -> None:
    code = [{"type": "code", "offset": 0, "length": 6}]
    assert detect("/start", code) == code
