"""Texts of /blacklist: the list of bans, and the card of one ban."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from bot.i18n.formatting import begun, day, masked_identity, masked_name, moment
from bot.i18n.language import _, phrase
from bot.texts.desk.bans import cause_lines
from bot.texts.desk.parts import cause_name, date_of
from core.people.accounts import Account
from core.people.ban_causes import BanCause
from core.people.ban_ends import years_after
from core.people.blacklist import Ban
from core.values.identity import mask_identity
from core.values.names import mask_name

CHANGES = {"shorten": phrase("⏪ 缩短"), "lengthen": phrase("⏩ 延长"), "lift": phrase("✅ 解除")}
EXPORTED = phrase("黑名单")
EXPORT_NAME = phrase("黑名单.xlsx")

SHEET = phrase("黑名单")
WHOLE_HISTORY = phrase("🔎 全部记录")
EMPTY = phrase("没有符合条件的记录。")
NOT_REGISTERED = phrase("(未注册的身份)")


def cause_label(name: str, *, chosen: bool) -> str:
    """Return the button label that filters the list by cause."""
    return ("● " if chosen else "") + begun(cause_name(name))


def office_label(code: str, *, chosen: bool) -> str:
    """Return the button label that filters the list by office."""
    return ("● " if chosen else "") + (code or begun(_("全部机关")))


def _who(account: Account | None) -> str:
    if account is None:
        return NOT_REGISTERED()
    return f"{masked_name(account.name)} {masked_identity(account.identity)}"


def blacklist(
    entries: Sequence[tuple[Ban, Account | None]], first: int, total: int, *, cause: str, at: str
) -> str:
    head = _("⛔ <b>黑名单</b> {at}{cause},共 {total} 人,最近列入的在前").format(
        at=f"{escape(at)} " if at else "", cause=cause_name(cause), total=total
    )
    if not entries:
        return f"{head}\n\n{EMPTY()}"
    return "\n\n".join(
        [head, *(_entry(number, one, account) for number, (one, account) in enumerate(entries, first))]
    )


def _entry(number: int, ban: Ban, account: Account | None) -> str:
    return _("{number}. {who}\n{office} {since} 至 {until} · {cause}\n原因:{reason}").format(
        number=number,
        who=_who(account),
        office=escape(ban.office),
        since=date_of(ban.since),
        until=date_of(ban.until),
        cause=cause_name(ban.cause),
        reason=escape(ban.reason),
    )


def ban_card(ban: Ban, account: Account | None, causes: Sequence[BanCause]) -> str:
    """Return all details of one ban; several causes one by one."""
    earned = (
        _("\n因预选 {number} 产生").format(number=ban.preselection_id)
        if ban.preselection_id is not None
        else ""
    )
    return _(
        "⛔ <b>黑名单</b>\n{who}\n发牌机关:{office}\n列入:{since}\n截止:<b>{until}</b>\n"
        "来源:{cause}{earned}\n原因:{reason}"
    ).format(
        who=_who(account),
        office=escape(ban.office),
        since=moment(ban.since),
        until=day(ban.until),
        cause=cause_name(ban.cause),
        earned=earned,
        reason=escape(ban.reason),
    ) + (_("\n\n全部原因:\n{causes}").format(causes=cause_lines(causes)) if len(causes) > 1 else "")


def change_prompt(change: str, ban: Ban, account: Account | None) -> str:
    """Return what to type to change a ban."""
    now = _("{who}\n现在到 {until}。").format(who=_who(account), until=day(ban.until))
    if change == "lift":
        return _("<b>从黑名单中解除</b>") + f"\n{now}\n" + _("请输入原因:")
    if change == "shorten":
        title, example = _("<b>缩短期限</b>"), _("{day} 情节轻微")
        at = ban.since + (ban.until - ban.since) / 2
    else:
        title, example = _("<b>延长期限</b>"), _("{day} 再次违规")
        at = years_after(ban.until, 1)
    how = _("请输入新的截止日期和原因,例如:\n<code>{example}</code>").format(
        example=example.format(day=date_of(at))
    )
    return f"{title}\n{now}\n{how}"


def not_earlier(until: datetime) -> str:
    """Return the error for a new end that is not earlier than the current one."""
    return _("新的截止日期须早于现在的 {until}。要延长请返回点【⏩ 延长】。").format(until=day(until))


def not_later(until: datetime) -> str:
    """Return the error for a new end that is not later than the current one."""
    return _("新的截止日期须晚于现在的 {until}。要缩短请返回点【⏪ 缩短】。").format(until=day(until))


def columns() -> tuple[str, ...]:
    return (_("姓名"), _("身份证号"), _("发牌机关"), _("列入"), _("截止"), _("来源"), _("原因"))


def somebody_cells(account: Account | None) -> tuple[str, str]:
    """Return the masked name and identity for a spreadsheet; without an account, a note instead."""
    if account is None:
        return (NOT_REGISTERED(), "")
    return (mask_name(account.name), mask_identity(account.identity))
