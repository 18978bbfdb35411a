"""Error messages: what is wrong, and what to do."""

from collections.abc import Callable, Sequence
from datetime import datetime, time
from html import escape

from bot.errors import attachments as attachment_errors
from bot.errors import commands as command_errors
from bot.errors import tables as table_errors
from bot.errors import typed as typed_errors
from bot.i18n.columns import HEADS
from bot.i18n.formatting import FAILED, day, listed, mask_words, moment, reason
from bot.i18n.language import Phrase, _, phrase, verbatim
from bot.texts import notifications as notices
from bot.texts.desk import (
    actors,
    appeals,
    blacklist,
    commands,
    confirm_many,
    counter,
    days,
    find,
    holidays,
    people,
)
from bot.texts.desk import audit as audit_texts
from bot.texts.desk import broadcasts as broadcast_texts
from bot.texts.desk import notes as note_texts
from bot.texts.desk import owner_messages as message_texts
from bot.texts.desk.reports import waiting
from bot.texts.owner import files, own_data, photos, provinces, suspicion, units
from core.clock import CHINA
from core.errors import accounts as accounts_errors
from core.errors import appeals as appeals_errors
from core.errors import blacklist as blacklist_errors
from core.errors import broadcasts as broadcasts_errors
from core.errors import clock as clock_errors
from core.errors import counter as counter_errors
from core.errors import desk as desk_errors
from core.errors import holidays as holidays_errors
from core.errors import identity as identity_errors
from core.errors import invitations as invitations_errors
from core.errors import offices as offices_errors
from core.errors import photos as photos_errors
from core.errors import plates as plates_errors
from core.errors import pool as pool_errors
from core.errors import preselection as preselection_errors
from core.errors import probes as probes_errors
from core.errors import registry as registry_errors
from core.errors import selection as selection_errors
from core.errors import staff as staff_errors
from core.errors import suspicion as suspicion_errors
from core.errors import undo as undo_errors
from core.errors import vehicles as vehicles_errors
from core.errors import verification as verification_errors
from core.errors import wished as wished_errors
from core.errors.base import XuanhaoError
from core.people.accounts import UserType

VIN_PRESELECTED = verbatim("该车辆已预选号牌,不允许再次预选号牌!")
VIN_REGISTERED = verbatim("该车辆已上牌,不能选号,请核对输入!")
VIN_BEING_SELECTED = phrase("该车辆正在由他人选号")
VIN_AWARDED = phrase("该车辆经申诉审核,只能由其车主选号。")
CHANCES_USED_UP = verbatim("您的随机选号和自编选号机会均已用完,请前往车辆管理所办理选号等新车上牌业务。")


_DOMESTIC = frozenset({14, 15})
"""Lengths of certificate numbers, which are sometimes sent in place of a VIN."""
_MOST_PATTERNS = 6


def _places(positions: Sequence[int]) -> str:
    return listed(_("第{position}位").format(position=position) for position in positions[:8])


def _characters(error: XuanhaoError) -> str:
    wrong = getattr(error, "characters", "")
    return _("「{characters}」").format(characters=escape(wrong)) if wrong else ""


def _serial_lookalike(error: plates_errors.SerialLookalike) -> str:
    hint = ""
    if error.suggestion:
        hint = _("是不是 <code>{number}</code>?").format(number=error.suggestion)
    return _("号牌不使用字母 O 和 I({places}),请确认是否为数字 0 或 1。{hint}").format(
        places=_places(error.positions), hint=hint
    )


def _vin_lookalike(error: vehicles_errors.VinLookalike) -> str:
    hint = _("是不是 <code>{vin}</code>?").format(vin=error.suggestion) if error.suggestion else ""
    return _("车辆识别代号中没有字母 I、O、Q({places}),可能是数字 1 或 0。{hint}").format(
        places=_places(error.positions), hint=hint
    )


def _vin_length(error: vehicles_errors.VinLength) -> str:
    hint = _("这里请不要输入合格证编号。") if error.found in _DOMESTIC else ""
    return _wrong_length(_("车辆识别代号"), error) + hint


def _certificate_length(error: vehicles_errors.CertificateLength) -> str:
    return _("编号应为 {shortest}–{longest} 位,您输入了 {found} 位,请对照证书重新输入。").format(
        shortest=error.shortest, longest=error.longest, found=error.found
    )


def _office_closed(error: offices_errors.OfficeClosed) -> str:
    opening = ""
    if error.next_opening:
        opening = _("下次开放时间:{moment}。").format(moment=moment(error.next_opening))
    return _("现在不在选号服务时间内。{opening}已填写的信息会为您保留。").format(opening=opening)


def _not_this_user_type(error: accounts_errors.NotThisUserType) -> str:
    if error.user_type == UserType.UNIT:
        return provinces.UNIT_STAYS()
    return provinces.NEW_OWNER_STAYS()


def _wishes_refused(error: selection_errors.WishesRefused) -> str:
    lines: list[str] = []
    for wish, why in error.refused:
        said = of_error(why)
        if any(said in line for line in lines) and isinstance(why, selection_errors.WishNotReleased):
            said = of_error(selection_errors.WishNotReleased())  # the open segments are named once
        lines.append(_("• <code>{wish}</code>:{reason}").format(wish=escape(wish[:20]), reason=said))
    return "\n".join([_("以下号码不能提交,未扣减次数:"), *lines])


def _not_released(error: selection_errors.WishNotReleased) -> str:
    if not error.patterns:
        return _("不在已投放的号段内。")
    patterns = listed(mask_words(pattern) for pattern in error.patterns[:_MOST_PATTERNS])
    return _("不在已投放的号段内,现在可以自编的是:{patterns}。").format(patterns=patterns)


def _wrong_columns(error: table_errors.WrongColumns) -> str:
    parts = [_("第一行应为列名:vin,certificate,kind,state(或车辆识别代号等中文列名)。")]
    if error.missing:
        parts.append(_("缺少:{columns}。").format(columns=_named(error.missing)))
    if error.doubled:
        parts.append(_("重复:{columns}。").format(columns=_named(error.doubled)))
    if error.unknown:
        parts.append(
            _("不认识:{columns}。").format(columns=listed(escape(one[:20]) for one in error.unknown))
        )
    return "".join(parts)


def _named(columns: Sequence[str]) -> str:
    return listed(f"{HEADS[column]()}({column})" for column in columns)


_Length = (
    plates_errors.SerialLength
    | plates_errors.MaskLength
    | vehicles_errors.VinLength
    | identity_errors.ResidentIdLength
    | identity_errors.CreditCodeLength
)


def _wrong_length(what: str, error: _Length) -> str:
    return _("{what}应为 {wanted} 位,您输入了 {found} 位,请检查后重新输入。").format(
        what=what, wanted=error.wanted, found=error.found
    )


_OfNumber = identity_errors.ResidentIdCharacters | identity_errors.CreditCodeCharacters


def _characters_of_number(error: _OfNumber) -> str:
    """Return which characters are wrong; that they are, if hardly any number was typed."""
    is_code = isinstance(error, identity_errors.CreditCodeCharacters)
    if not error.masked:
        wider = identity_errors.CreditCodeError if is_code else identity_errors.ResidentIdError
        return _PLAIN[wider]()
    if is_code:
        wrong = _(
            "统一社会信用代码{places}不正确:只能是数字和大写字母(没有 I、O、S、V、Z),第 3–8 位只能是数字。"
        )
    else:
        wrong = _("身份证号码{places}不正确:前 17 位只能是数字,最后一位只能是数字或字母 X。")
    return wrong.format(places=_places(error.positions))


_PLAIN: dict[type[XuanhaoError], Phrase] = {
    plates_errors.SerialEmpty: phrase("请输入号码。"),
    plates_errors.SerialTooManyLetters: phrase("号码中最多只能有 2 个字母。"),
    plates_errors.SerialNotIssued: phrase("00000 不发放,请另选号码。"),
    plates_errors.PlateEmpty: phrase("请输入号牌号码,例如 粤K12345。"),
    plates_errors.PlateOfficeMissing: phrase("号牌号码应以发牌机关代号开头,例如 粤K12345。"),
    plates_errors.PlateError: phrase("号牌号码格式不正确,例如 粤K12345。"),
    plates_errors.MaskEmpty: phrase("请输入号段,例如 A####(# 代表数字,@ 代表字母)。"),
    plates_errors.MaskTooManyLetters: phrase("号段中最多只能有 2 个字母(@ 也算字母)。"),
    plates_errors.MaskNotIssued: phrase("00000 不发放。"),
    plates_errors.MaskError: phrase("号段格式不正确:# 代表数字,@ 代表字母,例如 A####、12###。"),
    vehicles_errors.VinEmpty: phrase("请输入车辆识别代号。"),
    vehicles_errors.VinError: phrase("车辆识别代号格式不正确,应为 17 位字母和数字。"),
    vehicles_errors.CertificateEmpty: phrase("请输入证书编号。"),
    vehicles_errors.CertificateError: phrase("证书编号格式不正确,请对照证书重新输入。"),
    identity_errors.ResidentIdEmpty: phrase("请输入居民身份证号码。"),
    identity_errors.ResidentIdMistyped: phrase(
        "身份证号码校验不通过(最后一位校验码不符),18 位中有一位输错了,请与身份证逐位核对后重新输入。"
    ),
    identity_errors.ResidentIdRegion: phrase("身份证号码中的地区代码无效,请核对。"),
    identity_errors.ResidentIdBirthDate: phrase("身份证号码中的出生日期不存在,请核对。"),
    identity_errors.ResidentIdFuture: phrase("身份证号码中的出生日期晚于今天,请核对。"),
    identity_errors.ResidentIdError: phrase("身份证号码格式不正确,应为 18 位。"),
    identity_errors.CreditCodeMistyped: phrase(
        "统一社会信用代码校验不通过,有一位输错了,请核对。"
        "如与证照一致(如厦门市 2016 年以前发放的代码),请携带证照到车辆管理所窗口办理。"
    ),
    identity_errors.CreditCodeError: phrase("统一社会信用代码格式不正确,应为 18 位。"),
    identity_errors.PhoneEmpty: phrase("请输入手机号。"),
    identity_errors.PhoneForeign: phrase("只支持中国大陆手机号(+86)。"),
    identity_errors.PhoneNotMobile: phrase("这不是手机号,无法接收短信,请输入 11 位手机号。"),
    identity_errors.PhoneError: phrase("手机号不正确,请输入 11 位中国大陆手机号。"),
    identity_errors.PersonNameEmpty: phrase("请输入姓名。"),
    identity_errors.PersonNameError: phrase(
        "姓名只能是 2–30 个汉字或字母(可含间隔号·;全是字母的不超过 39 个),请输入身份证上的姓名。"
    ),
    identity_errors.UnitNameEmpty: units.NAME_EMPTY,
    identity_errors.UnitNameError: units.NAME_WRONG,
    accounts_errors.UnitNeedsCreditCode: units.NEEDS_CREDIT_CODE,
    accounts_errors.CreditCodeIsUnit: units.IS_UNIT,
    identity_errors.CreditCodeEmpty: units.CODE_EMPTY,
    offices_errors.NoSuchOffice: phrase("没有这个发牌机关,请检查代号。"),
    offices_errors.OfficeUnknown: phrase("本服务不受理该发牌机关。"),
    accounts_errors.NotRegistered: phrase("您还没有完成注册,请先点【预选号牌】。"),
    accounts_errors.IdentityTaken: phrase(
        "该身份证明号码已被其他账号注册。如那是您以前的 Telegram 账号,请在那个账号里发送 /delete;"
        "否则请携带身份证原件到车辆管理所窗口,由工作人员核实后将身份转到您的账号。"
    ),
    accounts_errors.PhoneTaken: phrase(
        "该手机号已注册在另一个账号上。请重新输入该号码(不用按钮发送),用短信验证码证明由您本人使用。"
    ),
    accounts_errors.PhoneLost: phrase(
        "您的手机号已由现在使用它的人验证,注册到了他人的账号。请发送 /privacy,点【更换手机号】。"
    ),
    accounts_errors.OfficeHeld: phrase(
        "您有已选定、还没有办理的号码,只能在原来的注册地办理;办结之前不能修改注册地。"
    ),
    accounts_errors.ContactOfSomebodyElse: phrase("请发送您本人的联系方式,不能转发他人的名片。"),
    verification_errors.NoCodeYet: phrase("请先获取短信验证码。"),
    verification_errors.CodeExpired: phrase("验证码已超过5分钟有效期,请重新获取。"),
    verification_errors.CodeLocked: phrase("验证码已连续输错5次,该验证码已作废,请重新获取。"),
    verification_errors.CodeForm: phrase("验证码为 6 位数字,请重新输入(未计次数)。"),
    verification_errors.PhoneCapReached: phrase("该手机号今天获取验证码的次数已达上限,请明天再试。"),
    verification_errors.ChatCapReached: phrase("您今天获取验证码的次数已达上限,请明天再试。"),
    verification_errors.RegistrationCapReached: phrase(
        "今天用于注册的短信已达上限。请改用下方的按钮发送您本人的手机号(不需要短信),或明天再试。"
    ),
    verification_errors.ServiceCapReached: phrase(
        "今天的短信发送量已达上限,请稍后或明天再试,已填写的信息会为您保留。"
    ),
    verification_errors.SmsGatewayError: phrase("短信暂时无法发送,请稍后点【重新发送】。"),
    preselection_errors.StepOutOfOrder: phrase("现在不能进行这一步,请按当前画面继续。"),
    preselection_errors.DataIncomplete: phrase("信息还没有填写完整。"),
    preselection_errors.VinPreselected: VIN_PRESELECTED,
    preselection_errors.VinRegistered: VIN_REGISTERED,
    preselection_errors.VinAwarded: VIN_AWARDED,
    preselection_errors.VinBeingSelected: phrase("该车辆正在由他人选号,请稍后再试。"),
    preselection_errors.VehicleUnknown: phrase(
        "登记系统中没有该车辆的信息,请核对车辆识别代号;如无误,请联系销售商或车辆管理所。"
    ),
    preselection_errors.CertificateMismatch: phrase("证书编号与该车辆登记的编号不一致,请核对输入。"),
    preselection_errors.KindMismatch: phrase("该车辆应使用其他种类的号牌,请返回修改号牌种类。"),
    verification_errors.VerificationLapsed: phrase(
        "本次手机验证已失效(30分钟无操作或已过服务时间),请重新验证。次数不受影响。"
    ),
    suspicion_errors.SuspicionUnknown: phrase("没有这件嫌疑。"),
    suspicion_errors.SuspicionOfOneself: phrase("这件嫌疑涉及您本人,请由其他审核人员处理。"),
    suspicion_errors.NobodyToAsk: phrase("这件嫌疑涉及管理员,没有发票可以要求。"),
    selection_errors.NoBatchesLeft: phrase("随机选号次数已用完。"),
    selection_errors.ChancesUsedUp: CHANCES_USED_UP,
    selection_errors.NoWishes: phrase("请先输入要自编的号码。"),
    selection_errors.WishRepeated: phrase("同一号码重复填写。"),
    selection_errors.WishWithheld: phrase("该号码暂不投放。"),
    wished_errors.WishedUnreadable: phrase(
        "请写满 5 位(新能源 6 位),不定的位用 # 代表数字、@ 代表字母,例如 A8888、##888、D#8888。"
    ),
    wished_errors.WishedAlready: phrase("这个号码已经登记过。"),
    selection_errors.HoldEnded: phrase("该号码的保留时间已到,已放回号池。"),
    selection_errors.NotInBatch: phrase("该号码不在当前这一批中。"),
    pool_errors.ReleaseInThePast: phrase("投放时间不能早于现在。"),
    pool_errors.ComposeBeforeOpening: phrase("自编选号的开放时间不能早于随机选号的开放时间。"),
    desk_errors.NotPermitted: phrase("您没有这项权限。"),
    desk_errors.NoteNeedsCase: phrase(
        "备注要写在一个人、一次预选或一件申诉上。请写明凭证编号、聊天号或「申诉 12」,再写备注。"
    ),
    desk_errors.MessageEmpty: message_texts.EMPTY,
    desk_errors.NoteStays: phrase("备注只能由写的人在一小时内撤回。未作任何更改。"),
    desk_errors.NothingToCall: phrase("机器人可以联系到该车主,没有发送失败的通知,不显示电话。"),
    desk_errors.OwnerNamed: phrase("原因里请不要写车主的姓名,未显示。请重新输入。"),
    desk_errors.NotYourOffice: phrase("您没有该发牌机关的权限。"),
    desk_errors.NoSuchAdmin: phrase("没有这个管理员(设置文件中的负责人只能在设置中修改)。"),
    typed_errors.UnreadableCharacters: phrase("您发送的内容中有无法识别的字符,请重新输入。"),
    identity_errors.ControlCharacterInText: phrase("文字中有看不见的控制字符,请重新输入,不要粘贴。"),
    identity_errors.PersonalNumberInText: phrase(
        "这里请不要写身份证号、信用代码或电话号码:内容会显示给他人并记入日志。请去掉后重新输入。"
    ),
    command_errors.DaysReversed: phrase("日期的先后写反了,请核对。"),
    command_errors.SpanAhead: phrase("这段时间还没有开始,没有数字可统计。"),
    offices_errors.NothingClosed: phrase("那段时间窗口本来就不办公,没有登记。"),
    undo_errors.NothingToUndo: phrase(
        "⛔ 不能撤回:没有可以撤回的操作(只能撤回当天的确认上牌、作废、取消预选、申诉审核通过、"
        "尚未开放的投放,以及登记的日子)。"
    ),
    undo_errors.UndoForChiefs: phrase(
        "⛔ 不能撤回:窗口只能撤回自己一小时内的确认上牌和取消预选,其他的请找负责人撤回。"
    ),
    undo_errors.NumberGone: phrase("⛔ 不能撤回:该号码已被他人选定,或正在他人的批次或备选中。"),
    undo_errors.VehicleGone: phrase("⛔ 不能撤回:该车辆已另有号码,或正在选号。"),
    undo_errors.AnswerApproved: phrase("⛔ 不能撤回:这件申诉是对异常选号嫌疑的答复,通过后暂停已经解除。"),
    undo_errors.SegmentOpened: phrase("⛔ 不能撤回:号段已经开放。可以用 /withhold 设为暂不投放。"),
    command_errors.NotAsAsked: phrase("写法不对或缺少原因,请按下面的例子输入。"),
    counter_errors.UserTypeHeld: phrase("此人已是这个用户类型。"),
    desk_errors.RoleHeld: phrase("此人已有这个角色。要改到期日,请先移除,再重新添加。"),
    invitations_errors.InvitationUnknown: phrase("这个管理员链接无效,请向给您链接的人索取新的链接。"),
    invitations_errors.InvitationUsed: phrase(
        "这个管理员链接已被使用过。每个链接只能用一次,请索取新的链接。"
    ),
    invitations_errors.InvitationRevoked: phrase("这个管理员链接已被撤销,请向给您链接的人索取新的链接。"),
    staff_errors.RoleOfAllOffices: phrase(
        "您只能授予和移除本发牌机关的角色;全部发牌机关的角色,请找全部发牌机关的负责人办理。"
    ),
    staff_errors.ChiefsByChiefsOfAll: phrase(
        "您只能授予和移除窗口和申诉审核;负责人的角色,请找全部发牌机关的负责人办理。"
    ),
    staff_errors.ChiefsNotByLink: phrase("负责人不能用链接授予,请用 /admins add 聊天号 chief。"),
    staff_errors.ChatIsPhone: phrase(
        "这里应是对话编号,不是手机号或证件号码,没有添加。请本人向机器人发送 /whoami,把显示的编号告诉您。"
    ),
    staff_errors.ChatIsName: phrase(
        "机器人查不到 @用户名,没有添加。请本人向机器人发送 /whoami,把显示的编号告诉您;"
        "或用 /admins link 生成一次性链接发给本人。"
    ),
    invitations_errors.InvitationExpired: phrase("这个管理员链接已过期(24 小时内有效),请索取新的链接。"),
    clock_errors.ClockInDoubt: phrase("系统正在核对时间,暂停选号,请稍后再试。已选定的号码不受影响。"),
    clock_errors.ClockTrusted: phrase("服务器时间没有疑问,不需要确认。"),
    offices_errors.NotInMaintenance: phrase("现在没有在维护。"),
    pool_errors.AlreadyWithheld: phrase("该号段已设为暂不投放。"),
    pool_errors.NoSeedToday: phrase(
        "今日抽号种子尚未公示或已经公布,现在不能抽号或抽签,请在下一个开放日再来;次数未扣。"
    ),
    staff_errors.OwnRequest: phrase("要由另一位负责人决定,申请人自己不能同意。"),
    staff_errors.RequestOver: phrase("这份申请已作废或不存在。"),
    counter_errors.GrantElsewhere: phrase(
        "只能给最近一次在您的发牌机关预选的车辆增加机会;其他车辆请找全部发牌机关的负责人办理。"
    ),
    counter_errors.NothingGranted: phrase("请填写要增加的次数:random 和 compose 各 0–100,至少一项大于 0。"),
    counter_errors.ReceiverNotNamed: phrase(
        "输入的姓名与转入账号登记的不一致,未作任何更改。请核对聊天号和窗口前的人,再重新发送 /identity。"
    ),
    counter_errors.IdentityIsTheirs: phrase("该身份已经属于这个账号,无需转移。"),
    desk_errors.NamesAreSealed: phrase(
        "姓名是加密保存的,不能按姓名查询。请用证件号码、手机号、聊天号、号牌号码、凭证编号或车辆识别代号。"
    ),
    desk_errors.NobodyFound: phrase("没有找到已注册的人。请用聊天号、身份证号、手机号或号牌号码。"),
    broadcasts_errors.BroadcastTextEmpty: broadcast_texts.EMPTY,
    broadcasts_errors.BroadcastRunning: broadcast_texts.RUNNING_ALREADY,
    broadcasts_errors.NobodyToTell: broadcast_texts.NOBODY,
    desk_errors.NothingKnown: find.NOTHING_KNOWN,
    blacklist_errors.NotBannedHere: phrase("您所管的发牌机关没有将此人列入黑名单。"),
    blacklist_errors.NotBlacklisted: phrase("此人现在不在黑名单上。"),
    blacklist_errors.BanInThePast: phrase("截止日期须晚于今天。"),
    table_errors.NotATable: phrase("这不是 CSV 或 XLSX 表格(旧版 .xls 请另存为 .xlsx)。"),
    table_errors.UnknownEncoding: phrase("文件编码无法识别,请用 UTF-8 或 GBK 保存。"),
    table_errors.TableTooLarge: phrase("文件太大:每次最多 300,000 行,请拆分后分次导入。"),
    table_errors.TableUnreadable: files.TABLE_UNREADABLE,
    table_errors.TableEmpty: phrase("文件中没有数据行。"),
    desk_errors.ImportOver: phrase("这次导入已确认、放弃或撤销,或已过撤销期限。"),
    vehicles_errors.CertificateIsVin: phrase("这是车辆识别代号,上一步已经输入。请输入证书上的编号。"),
    photos_errors.PhotoError: photos.NOT_A_PICTURE,
    photos_errors.PhotoFormatNotInstalled: photos.FORMAT_NOT_INSTALLED,
    photos_errors.PhotoAnimated: photos.ANIMATED,
    photos_errors.PhotoTooNarrow: photos.TOO_NARROW,
    photos_errors.PhotoBlurred: photos.BLURRED,
    photos_errors.PhotoUnreadable: photos.UNREADABLE,
    photos_errors.PhotoRepeated: photos.REPEATED,
    photos_errors.PhotoStoreError: photos.FAILED,
    photos_errors.BarcodeReaderNotInstalled: photos.READER_NOT_INSTALLED,
    photos_errors.BarcodeNotFound: photos.NO_BARCODE,
    photos_errors.BarcodeWithoutVin: photos.NO_VIN,
    photos_errors.BarcodeWithoutCertificate: photos.NO_CERTIFICATE,
    attachment_errors.AttachmentNotFetched: files.NOT_FETCHED,
    attachment_errors.AttachmentsBusy: files.BUSY,
    desk_errors.NothingToHandle: waiting.NOTHING_TO_HANDLE,
    desk_errors.NotInAuditLog: audit_texts.NOT_IN_JOURNAL,
    appeals_errors.AppealNotNeeded: phrase("该车辆目前没有被他人占用,可以直接预选号牌,无需申诉。"),
    appeals_errors.AppealAboutOwnNumber: phrase(
        "该车辆的号牌就是您本人预选的,无需申诉,请在【我的选号】中查看。"
    ),
    appeals_errors.AppealWaits: phrase(
        "您对该车辆的申诉正在等待审核,不能重复提交。请在【异常选号资料修改】中查看。"
    ),
    appeals_errors.AppealUnfinished: phrase("您有一份还没提交的申诉,请先提交或放弃。"),
    appeals_errors.AppealIncomplete: phrase("申诉内容还没有填写完整。"),
    appeals_errors.AppealUnknown: phrase("没有这个申诉编号。"),
    appeals_errors.PhotosNotSeen: phrase("请先查看两张照片,核对之后再作决定。"),
    appeals_errors.AppealOfOneself: phrase(
        "不能审核本人的申诉,也不能审核涉及本人号牌的申诉,请由其他人审核。"
    ),
    appeals_errors.AppealMoved: phrase("情况在您查看之后有变化,请重新核对下面的内容。"),
    command_errors.BroadcastHourMissing: phrase(
        "没有看懂何时发送,没有发送。请写明日期和几点,例如 定时 2026-12-01 09:00。"
    ),
    command_errors.UnreadableTime: commands.BAD_TIME,
    counter_errors.VinTailMismatch: phrase("车辆识别代号后六位不符,未作任何更改,请核对。"),
}

_MOST_WITHHELD = 12
"""Withheld masks that an error names."""


def _not_withheld(error: pool_errors.NotWithheld) -> str:
    said = _("该号段没有设为暂不投放,请用当时填写的写法。")
    if not error.withheld:
        return said + _("本号池现在没有暂不投放的号码。")
    more = " …" if len(error.withheld) > _MOST_WITHHELD else ""
    named = listed(f"<code>{escape(mask)}</code>" for mask in error.withheld[:_MOST_WITHHELD])
    return said + _("本号池现在暂不投放:{masks}").format(masks=named + more)


_MADE: dict[type[XuanhaoError], Callable[..., str]] = {
    desk_errors.AlreadyHandled: lambda error: waiting.already_handled(error.by),
    plates_errors.SerialLookalike: _serial_lookalike,
    plates_errors.SerialLength: lambda error: _wrong_length(_("号码"), error),
    plates_errors.SerialCharacters: lambda error: _(
        "号码中有不能使用的字符{characters},只能是数字和字母。"
    ).format(characters=_characters(error)),
    plates_errors.SerialOfOtherOffice: lambda error: _(
        "您输入的是 {typed} 的号码,本次选号的发牌机关是 {wanted}。"
    ).format(typed=escape(error.typed), wanted=escape(error.wanted)),
    plates_errors.SerialNevLetter: lambda error: _(
        "新能源号牌第{position}位应为字母 {letters} 之一。"
    ).format(position=error.position, letters=listed(error.allowed)),
    plates_errors.SerialDigitWanted: lambda error: _("{places}只能是数字。").format(
        places=_places(error.positions)
    ),
    plates_errors.MaskLength: lambda error: _wrong_length(_("号段"), error),
    plates_errors.MaskLookalike: lambda error: _("号码中不使用字母 O 和 I({places})。").format(
        places=_places(error.positions)
    ),
    plates_errors.MaskNevLetter: lambda error: _(
        "新能源号段第{position}位应为 @ 或字母 {letters} 之一。"
    ).format(position=error.position, letters=listed(error.allowed)),
    vehicles_errors.VinCharacters: lambda error: _(
        "车辆识别代号只有英文字母和数字,{places}的字符{characters}不正确,请用英文输入法重新输入。"
    ).format(places=_places(error.positions), characters=_characters(error)),
    vehicles_errors.VinLength: _vin_length,
    vehicles_errors.VinLookalike: _vin_lookalike,
    vehicles_errors.VinMistyped: lambda error: _(
        "车辆识别代号有一位输错了(校验位不符),请逐段对照证书:\n<code>{vin}</code>"
    ).format(vin=escape(error.grouped)),
    accounts_errors.NotThisUserType: _not_this_user_type,
    vehicles_errors.CertificateLength: _certificate_length,
    photos_errors.PhotoTooHeavy: lambda error: photos.too_heavy(error.most_bytes),
    photos_errors.PhotoTooLarge: lambda error: photos.too_large(error.most_pixels),
    photos_errors.BarcodeVinMistyped: lambda error: photos.vin_mistyped(error.grouped),
    photos_errors.PhotoTooSmall: lambda error: photos.too_small(error.width, error.height, error.min_side),
    appeals_errors.AppealReasonLength: lambda error: _(
        "申诉原因应为 {shortest}–{longest} 字,您输入了 {found} 字,请修改后重新输入。"
    ).format(shortest=error.shortest, longest=error.longest, found=error.found),
    appeals_errors.AppealsWaitEnough: lambda error: _(
        "您已有 {most} 件申诉在等待审核,请等审核结束后再提交。"
    ).format(most=error.limit),
    appeals_errors.AppealDecided: lambda error: appeals.ended(error.by, error.state),
    table_errors.StrayCells: lambda error: files.stray_cells(error.rows, error.columns),
    table_errors.TableFileTooLarge: lambda error: files.table_too_large(error.most_bytes),
    attachment_errors.AttachmentsTooFast: lambda error: files.too_fast(error.seconds),
    attachment_errors.AttachmentTooLarge: lambda error: files.too_large(error.most_bytes),
    vehicles_errors.CertificateCharacters: lambda error: _("编号中有不能使用的字符{characters}。").format(
        characters=_characters(error)
    ),
    vehicles_errors.CertificateDigitWanted: lambda error: _(
        "合格证编号后 10 位应为数字({places}不是)。"
    ).format(places=_places(error.positions)),
    identity_errors.ResidentIdCharacters: _characters_of_number,
    identity_errors.CreditCodeCharacters: _characters_of_number,
    identity_errors.ResidentIdLength: lambda error: _wrong_length(_("身份证号码"), error),
    identity_errors.ResidentIdAge: lambda error: _(
        "身份证号码中的出生日期距今超过 {years} 年,请核对。"
    ).format(years=error.oldest),
    identity_errors.CreditCodeLength: lambda error: _wrong_length(_("统一社会信用代码"), error),
    registry_errors.RegistryUnavailable: lambda error: _(
        "机动车登记系统自 {since} 起没有答复,暂时不能查询车辆,什么都没有改变。请过几分钟再试一次。"
    ).format(since=moment(error.since)),
    verification_errors.CodeTooSoon: lambda error: _("验证码刚刚发过,请 {seconds} 秒后再获取。").format(
        seconds=error.seconds
    ),
    probes_errors.ProbedTooOften: lambda error: _(
        "短时间内输入了多个他人已使用或与登记不符的证件号码、手机号或车辆信息。"
        "请核对后,{minutes} 分钟后再输入。"
    ).format(minutes=-(-error.seconds // 60)),
    offices_errors.OfficeClosed: _office_closed,
    accounts_errors.DeletionBlocked: lambda error: own_data.stays(error.blockers),
    selection_errors.TooManyLiving: lambda error: _(
        "您已有 {most} 个预选号码等待办理,达到同时持有的上限。请先到车辆管理所办理登记,再预选下一辆车的号码。"
    ).format(most=error.most),
    selection_errors.NoWishesLeft: lambda error: _(
        "剩余自编号牌个数只有 {left} 个,请减少本次提交的号码。"
    ).format(left=error.left),
    selection_errors.DrawnTooSoon: lambda error: _("请稍候 {seconds} 秒再试(未扣减次数)。").format(
        seconds=error.seconds
    ),
    suspicion_errors.SelectionSuspended: lambda error: suspicion.refused(error.kind),
    selection_errors.TriedTooSoon: lambda error: _(
        "两次自编之间至少间隔 {gap} 秒,请 {seconds} 秒后再提交(未扣减次数)。"
    ).format(gap=error.gap, seconds=error.seconds),
    blacklist_errors.Blacklisted: lambda error: notices.banned(error.until, error.reason, None),
    selection_errors.TooManyWishes: lambda error: _("每次最多提交 {most} 个号码。").format(most=error.limit),
    selection_errors.WishNotReleased: _not_released,
    selection_errors.WishRandomOnly: lambda error: _("该号段 {day} 起才可自编,目前只能随机选。").format(
        day=day(error.opens)
    ),
    selection_errors.WishesRefused: _wishes_refused,
    wished_errors.WishedTooWide: lambda error: _(
        "范围太大,有 {size:,} 个号码,最多 {most:,} 个。请多写几位,例如 ##888。"
    ).format(size=error.size, most=error.most),
    wished_errors.WishedEnough: lambda error: _("最多登记 {most} 个心愿号,请先移除一个。").format(
        most=error.most
    ),
    desk_errors.HandledMeanwhile: lambda error: find.handled(error.by, error.action),
    counter_errors.VinPartMalformed: lambda error: _(
        "请写车辆识别代号的后六位或全部 17 位,收到的是 {length} 位,未作任何更改。"
    ).format(length=error.length),
    counter_errors.HolderElsewhere: lambda error: people.holder_elsewhere(error.office),
    command_errors.EndNotEarlier: lambda error: blacklist.not_earlier(error.until),
    command_errors.EndNotLater: lambda error: blacklist.not_later(error.until),
    desk_errors.MessageTooLong: lambda error: message_texts.too_long(error.most, error.found),
    desk_errors.NoteTooLong: lambda error: note_texts.too_long(error.most, error.found),
    broadcasts_errors.BroadcastTimeWrong: lambda error: broadcast_texts.time_wrong(error.days),
    broadcasts_errors.BroadcastTextLong: lambda error: broadcast_texts.too_long(error.limit, error.found),
    counter_errors.PlateNotReserved: lambda error: counter.not_reserved(error.by, error.action),
    offices_errors.InMaintenance: lambda error: _("系统维护中:{text}").format(text=reason(error.text)),
    table_errors.WrongColumns: _wrong_columns,
    desk_errors.ImportUnderWay: lambda error: _("请先确认或放弃 {name},再发送新的文件。").format(
        name=escape(error.name) or _("上一次导入")
    ),
    table_errors.RegistrationColumnsMissing: lambda error: confirm_many.columns_missing(error.missing),
    table_errors.RegistrationRowsTooMany: lambda error: confirm_many.rows_too_many(error.most),
    command_errors.NoSuchDay: lambda error: _("没有 {day} 这一天,请核对日期。").format(
        day=escape(error.written.strip())
    ),
    command_errors.Usage: commands.usage_error,
    offices_errors.HoursEntered: lambda error: days.hours_entered(error.day, error.reason),
    offices_errors.HoursUnreadable: lambda error: _("没有看懂时间「{part}」。请写成 09:00-12:00。").format(
        part=escape(error.part)
    ),
    command_errors.DateInReason: lambda error: _(
        "原因中有像日期的「{part}」,没有登记。请把日期写在一起,例如 2026-12-02 至 2026-12-04;"
        "原因里不要再写日期。"
    ).format(part=escape(error.written)),
    command_errors.SpanTooLong: lambda error: _("一次最多统计 {most} 天。").format(most=error.most),
    command_errors.DaysTooMany: lambda error: _("一次最多登记 {most} 天。").format(most=error.most),
    pool_errors.NotWithheld: _not_withheld,
    undo_errors.UndoNotOwn: lambda error: _(
        "⛔ 不能撤回:这是{who}办理的。窗口只能撤回自己一小时内的操作,请找负责人撤回。"
    ).format(who=actors.agent(error.by)),
    undo_errors.UndoTooLate: lambda error: _("⛔ 不能撤回:{until} 之前才可以撤回。").format(
        until=moment(error.until)
    ),
    undo_errors.UndoneByAppeal: lambda error: _(
        "⛔ 不能单独撤回:该预选因申诉 {number} 审核通过而撤销,请用 /undo 申诉 {number} 原因。"
    ).format(number=error.number),
    undo_errors.AppealUsed: lambda error: _(
        "⛔ 不能撤回:申诉人已为该车辆选定 {plate}。如确有错误,请先取消该预选。"
    ).format(plate=escape(error.plate)),
    undo_errors.NotExtendable: lambda error: _("⛔ 不能延期:最多可延期 {most} 次,已用完。").format(
        most=error.most
    ),
    undo_errors.ExtensionTooLong: lambda error: _("每次可延长 1 至 {most} 个工作日。").format(
        most=error.most
    ),
    holidays_errors.YearOver: lambda error: _("{year} 年已经过去了。").format(year=error.year),
    holidays_errors.NotOfTheYear: lambda error: _("{day}不在 {year} 年,请核对。").format(
        day=day(datetime.combine(error.day, time(), CHINA)), year=error.year
    ),
    holidays_errors.HolidaysTwice: lambda error: _("{day}既写了放假又写了补班,请核对。").format(
        day=day(datetime.combine(error.day, time(), CHINA))
    ),
    holidays_errors.HolidaysUnreadable: lambda error: holidays.unreadable(error.part),
    holidays_errors.DayOfNoKind: lambda error: holidays.of_no_kind(error.part),
    offices_errors.DayInThePast: lambda error: _("{day}已经过去了。").format(
        day=day(datetime.combine(error.day, time(), CHINA))
    ),
    offices_errors.DayClosed: lambda error: _("这一天已由{who}登记为不办公,原因:{reason}").format(
        who=actors.agent(error.by), reason=reason(error.reason)
    ),
    staff_errors.StaffNameOfSeveral: lambda error: _("有几位管理员叫这个名字,请写聊天号:{names}").format(
        names=listed(escape(actors.admin_name(str(chat))) for chat in error.chats)
    ),
    staff_errors.StaffNameUnusable: lambda error: _(
        "姓名最多 {most} 字,至少有一个字或字母,不能有特殊符号,没有修改。"
    ).format(most=error.longest),
    command_errors.ReasonTooShort: lambda error: commands.reason_too_short(error.least, error.command),
    staff_errors.SecondChiefTooNew: lambda error: _(
        "您任命不久,{at} 起才可以同意;申请仍在等待,现在可以拒绝。"
    ).format(at=moment(error.at)),
    pool_errors.SegmentOverlaps: lambda error: (
        _("与已投放的号段 {mask} 重叠({day}由{who}投放),没有投放。").format(
            who=actors.agent(error.by), mask=escape(error.mask), day=day(error.at)
        )
        if error.at is not None
        else _("与已投放的号段 {mask} 重叠,没有投放。").format(mask=escape(error.mask))
    ),
}


def of_error(error: XuanhaoError) -> str:
    """Return the message for an error, as HTML; a subclass without a text of its own has its parent's."""
    if isinstance(error, identity_errors.ResidentIdError | identity_errors.CreditCodeError) and error.masked:
        return _("{error}\n您输入的是:<code>{masked}</code>").format(
            error=_text_of(error), masked=escape(error.masked)
        )
    return _text_of(error)


def _text_of(error: XuanhaoError) -> str:
    for kind in type(error).__mro__:
        if kind in _MADE:
            return _MADE[kind](error)
        if kind in _PLAIN:
            return _PLAIN[kind]()
    return FAILED()
