"""Texts about the files of /verify: the public journal and the checker (docs/journal.md, section 5)."""

from html import escape

from bot.i18n.formatting import KINDS, brief_day, listed, minute, office_title
from bot.i18n.language import _, phrase
from core.clock import CHINA
from core.public_journal.export import Heads
from core.values.offices import Office
from core.values.plates import PlateKind

SENDING = phrase("正在生成公开记录,稍后以文件发送给您(记录和检查程序各一份)。")
_MIB = 1024 * 1024
_NAMED = 4
"""Offices that are named in a hint."""
_MOST_TYPED = 40
"""Characters of what was typed that are repeated."""


def send_label(office: Office) -> str:
    return _("📄 发送公开记录 · {office}").format(office=office_title(office))


def journal_caption(heads: Heads, name: str, program: str) -> str:
    """Return the caption of the journal's file: how to check it, and the heads of the chains."""
    at = f"{brief_day(heads.at.astimezone(CHINA), heads.at)} {minute(heads.at)}"
    file = escape(name.removesuffix(".gz"))
    parts = [
        _("{office} 的公开记录,{count:,} 条,截至 {at}。").format(
            office=escape(heads.office), count=heads.entries, at=at
        )
    ]
    if heads.is_cut:
        parts.append(_("其中不含正被保留的号码的最近几分钟记录,稍后再取即有。"))
    if name.endswith(".gz"):
        parts.append(_("先解压:<code>gunzip {name}</code>").format(name=escape(name)))
    parts.append(
        _("把两个文件放在一起,运行:\n<code>python3 {program} {name}</code>").format(
            program=program, name=file
        )
    )
    parts.append(
        _(
            "命令后加 <code>--head</code> 和您保存的哈希值(凭证、号池公示、核验页上的),"
            "可查它是否仍在记录中,即记录没有被改写。"
        )
    )
    parts += [
        _("{kind} #{seq:,} 链头:\n<code>{digest}</code>").format(
            kind=KINDS[PlateKind(kind)](), seq=head.seq, digest=head.hash
        )
        for kind, head in sorted(heads.by_kind.items())
    ]
    return "\n".join(parts)


def checker_caption(digest: str) -> str:
    """Return the caption of the checker: what it needs, and how to see that it is the published one."""
    return _(
        "检查程序:一个文件,只需要 Python 3.11 或更新的版本,不联网,也不安装任何东西。\n"
        "SHA-256:\n<code>{digest}</code>\n"
        "它就是本系统源代码中的 <code>core/public_journal/checker.py</code>,"
        "用 <code>sha256sum</code> 可对照。"
        "核验能证明什么、不能证明什么,见源代码中的 <code>docs/journal.zh-CN.md</code>。"
    ).format(digest=digest)


def too_large(office: str, size: int) -> str:
    """Return that the file exceeds what a bot may send, and how to get it."""
    return _(
        "{office} 的公开记录压缩后有 {size:,} MB,超过 Telegram 允许机器人发送的 50 MB。"
        "请向车辆管理所索取:管理员可在服务器上用命令行的 journal 导出。"
    ).format(office=escape(office), size=-(-size // _MIB))


def no_journal(typed: str, served: list[Office]) -> str:
    """Return that there is no journal for what was typed, and what is understood."""
    shown = typed if len(typed) <= _MOST_TYPED else f"{typed[:_MOST_TYPED]}…"
    codes = listed(escape(office.code) for office in served[:_NAMED])
    if len(served) > _NAMED:
        codes = _("{codes} 等").format(codes=codes)
    return _(
        "没有「{typed}」的公开记录。请在 /verify 后写一个本服务受理的发牌机关代号({codes});"
        "只发 /verify 可核验自己抽到的号码。"
    ).format(typed=escape(shown), codes=codes)
