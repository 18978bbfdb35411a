"""Valid rows, and changes that make them invalid: what database constraints must refuse."""

from dataclasses import dataclass, field
from typing import Any

from tests import factories

VIN, OTHER_VIN = factories.vin(0), factories.vin(9)

ROWS: dict[str, dict[str, Any]] = {
    "account": {"chat_id": 7000, "consent_version": 1, "consented_at": 1, "created_at": 1, "updated_at": 1},
    "sms_code": {
        "account_id": 3,
        "purpose": "preselection",
        "state": "sent",
        "bound_hash": b"x",
        "created_at": 1,
        "expires_at": 2,
    },
    "sms_receipt": {
        "provider": "aliyun",
        "message_id": "9^0",
        "account_id": 3,
        "code_id": 1,
        "phone_sealed": b"x",
        "sent_at": 1,
        "created_at": 1,
        "ask_at": 2,
    },
    "admin": {"chat_id": 1, "role": "clerk", "office": "", "since": 1, "given_by": "chat:1"},
    "staff_name": {"chat_id": 1, "name_sealed": b"x", "is_set": 0, "noted_at": 1},
    "clock_guard": {"id": 1, "doubted_at": 2, "cause": "jump", "reference_at": 1},
    "installation": {"one": 1, "database_id": "0123456789abcdef", "created_at": 1},
    "key_canary": {"canary": 1, "sealed": b"x", "lookup_hash": b"x", "written_at": 1},
    "restoration": {"backup_at": 1, "lost_at": 2, "restored_at": 3},
    "maintenance": {"office": "粤K", "text": "t", "since": 1, "begun_by": "chat:1"},
    "sms_day": {"day": "2026-01-01", "phone_hash": b"x", "sent": 1},
    "sms_gateway": {"name": "codes", "failures": 0},
    "vehicle": {"vin": OTHER_VIN},
    "failed_wish": {"vin": VIN, "office": "粤K", "kind": "small", "serial": "A1", "times": 1, "last_at": 1},
    "vehicle_import": {
        "chat_id": 1,
        "file_id": "f",
        "file_name": "n",
        "digest": "d",
        "total": 1,
        "state": "loading",
        "begun_by": "chat:1",
        "begun_at": 1,
        "lease_until": 1,
    },
    "invitation": {
        "digest": "0" * 64,
        "role": "chief",
        "office": "",
        "made_by": "cli",
        "made_at": 1,
        "valid_until": 2,
    },
    "registry_entry": {"vin": VIN, "import_id": 1, "certificate": "C", "kind": "small", "state": "new"},
    "preselection": {
        "account_id": 3,
        "office": "粤K",
        "kind": "small",
        "state": "reserved",
        "vin": OTHER_VIN,
        "certificate_kind": "domestic",
        "certificate": "C",
        "serial": "A5555",
        "way": "random",
        "deadline": 2,
        "reserved_at": 1,
        "created_at": 1,
        "updated_at": 1,
    },
    "wished_number": {
        "account_id": 3,
        "slot": 1,
        "office": "粤K",
        "kind": "small",
        "mask": "A8888",
        "since": 1,
    },
    "number_opening": {
        "office": "粤K",
        "kind": "small",
        "mask": "A####",
        "nev_letters": "",
        "way": "release",
        "tell_at": 1,
    },
    "selecting": {"vin": OTHER_VIN, "preselection_id": 2, "until": 1},
    "segment": {
        "office": "粤K",
        "kind": "small",
        "mask": "B####",
        "nev_letters": "D",
        "size": 10_000,
        "opens_at": 1,
        "compose_from": 1,
        "released_at": 1,
        "released_by": "test",
    },
    "segment_count": {"segment_id": 1, "free": 1, "counted_at": 1},
    "selected_count": {"segment_id": 1, "way": "random", "numbers": 1},
    "withholding": {"office": "粤K", "kind": "small", "mask": "A9###", "since": 1},
    "chief_request": {
        "act": "unban",
        "question": "desk_unban",
        "about": "ban:1",
        "subject": "ban:1",
        "office": "粤K",
        "args_sealed": b"x",
        "reason": "r",
        "actor": "chat:1",
        "requested_at": 1,
        "expires_at": 2,
    },
    "unwithhold_request": {
        "withholding_id": 1,
        "reason": "r",
        "actor": "chat:1",
        "role": "chief:粤K",
        "requested_at": 1,
        "expires_at": 2,
    },
    "pool": {"office": "粤A", "kind": "small", "last_draw": 0},
    "selecting_press": {"account_id": 1, "office": "粤K", "way": "draw", "at": 1},
    "suspicion": {
        "kind": "pace",
        "subject": "account:1",
        "office": "粤K",
        "state": "open",
        "weight": 1,
        "evidence": "{}",
        "raised_at": 1,
        "updated_at": 1,
    },
    "checked_day": {
        "office": "粤K",
        "kind": "small",
        "day": "2026-03-10",
        "checked_at": 1,
        "draws": 1,
        "is_consistent": 1,
        "reason": "",
    },
    "public_entry": {
        "office": "粤A",
        "kind": "small",
        "seq": 1,
        "at": 1,
        "body": "{}",
        "hash": "0" * 64,
    },
    "seed": {
        "office": "粤A",
        "kind": "small",
        "day": "2026-01-01",
        "digest": "d",
        "secret_sealed": b"x",
        "committed_at": 1,
    },
    "plate": {
        "office": "粤K",
        "kind": "small",
        "serial": "A1",
        "state": "reserved",
        "segment_id": 1,
        "position": 1,
        "preselection_id": 2,
        "since": 1,
    },
    "hold": {
        "office": "粤K",
        "kind": "small",
        "serial": "A1",
        "state": "batch",
        "segment_id": 1,
        "position": 1,
        "preselection_id": 2,
        "draw_no": 1,
        "held_until": 9,
    },
    "draw": {
        "office": "粤K",
        "kind": "small",
        "n": 9,
        "seed_id": 1,
        "preselection_id": 2,
        "nonce": "n",
        "without_four": 0,
        "drawn_at": 1,
        "held_until": 1,
        "looked_at": 1,
        "numbers": "[]",
    },
    "dialog": {"chat_id": 7000, "screen": "s", "args": "{}", "revision": 1, "updated_at": 1},
    "worker": {"name": "w", "started_at": 1, "lease_until": 1},
    "worker_lead": {"one": 1, "worker": "w", "lease_until": 1},
    "inbox": {
        "update_id": 1,
        "chat_id": 1,
        "received_at": 1,
        "state": "waiting",
        "worker": "w",
        "lease_until": 1,
    },
    "notice": {
        "chat_id": 7000,
        "purpose": "p",
        "subject": "s",
        "details": "{}",
        "due_at": 1,
        "state": "waiting",
        "try_at": 1,
        "created_at": 1,
    },
    "reminder_wish": {"account_id": 3, "count": 2},
    "ban": {
        "identity_hash": b"x",
        "office": "粤K",
        "reason": "r",
        "cause": "admin",
        "since": 1,
        "until": 2,
    },
    "ban_cause": {
        "ban_id": 1,
        "office": "粤K",
        "reason": "r",
        "cause": "admin",
        "since": 1,
        "until": 2,
    },
    "broadcast": {
        "office": "粤K",
        "audience": "registered",
        "text": "t",
        "chat_id": 1,
        "begun_at": 1,
        "total": 1,
        "state": "running",
    },
    "special_hours": {
        "office": "粤K",
        "day": "2026-12-31",
        "place": "counter",
        "hours": "09:00-12:00",
        "reason": "r",
        "entered_at": 1,
        "entered_by": "chat:1",
    },
    "holiday_year": {"year": 2028, "entered_at": 1, "entered_by": "chat:1"},
    "holiday": {"day": "2027-01-01", "year": 2027, "works": 0},
    "closed_day": {
        "office": "粤K",
        "day": "2026-12-31",
        "reason": "r",
        "entered_at": 1,
        "entered_by": "chat:1",
    },
    "appeal": {
        "account_id": 4,
        "office": "粤K",
        "state": "pending",
        "consent_version": 1,
        "consented_at": 1,
        "vin": OTHER_VIN,
        "identity_hash": b"x",
        "submitted_at": 1,
        "created_at": 1,
        "updated_at": 1,
    },
    "appeal_photo": {
        "appeal_id": 1,
        "slot": "invoice",
        "photo_key": "k",
        "fingerprint_sealed": b"f",
        "taken_at": 1,
    },
    "appeal_viewing": {"appeal_id": 1, "chat_id": 3001, "seen_at": 1},
    "note": {
        "subject": "account:4",
        "account_id": 4,
        "office": "粤K",
        "body": "b",
        "written_at": 1,
        "written_by": "chat:1",
    },
    "vin_right": {"vin": OTHER_VIN, "account_id": 3, "appeal_id": 1, "since": 1},
    "subscription": {"chat_id": 7000, "office": "粤K", "kind": "small", "topic": "release", "since": 1},
}
"""A row of each table that is valid together with what ``furnish`` has inserted."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A valid row with some columns changed."""

    table: str
    rule: str  # the constraint that refuses it on PostgreSQL
    columns: str = ""  # SQLite's name for a unique key or a foreign key
    other: dict[str, Any] = field(default_factory=dict)


def row(table: str, rule: str, columns: str = "", /, **other: Any) -> Row:
    return Row(table=table, rule=rule, columns=columns or rule, other=other)


REFERENCE = "FOREIGN KEY"
READY = {"loaded": 1, "new_count": 1, "changed_count": 0, "registered_count": 0}

INVALID_ROWS = {
    "a second account of a chat": row("account", "account_chat", "account.chat_id", chat_id=5000),
    "an unknown user type": row("account", "account_user_type", user_type="admin"),
    "a registration of nothing": row("account", "account_registered_is_complete", registered_at=1),
    "a deleted account that is not empty": row("account", "account_deleted_is_empty", deleted_at=1),
    "a seen identity that is none": row("account", "account_seen_has_identity", identity_seen_at=1),
    "a deleted account with a seen identity": row(
        "account", "account_seen_has_identity", chat_id=-99, account_id=99, deleted_at=1, identity_seen_at=1
    ),
    "a code for nothing": row("sms_code", "sms_code_purpose", purpose="fun"),
    "a code in no state": row("sms_code", "sms_code_state", state="lost"),
    "a sixth wrong try": row("sms_code", "sms_code_tries", wrong_tries=6),
    "a code of nobody": row("sms_code", "sms_code_account_id_fkey", REFERENCE, account_id=99),
    "a second living code": row("sms_code", "sms_code_alive", "sms_code.account_id", account_id=4),
    "fewer codes than none": row("sms_day", "sms_day_sent", sent=-1),
    "a VIN of 16 characters": row("vehicle", "vehicle_vin", vin=OTHER_VIN[1:]),
    "a vehicle twice": row("vehicle", "vehicle_pkey", "vehicle.vin", vin=VIN),
    "fewer draws used than none": row("vehicle", "vehicle_random_used", random_used=-1),
    "a draw taken away": row("vehicle", "vehicle_random_granted", random_granted=-1),
    "fewer wishes used than none": row("vehicle", "vehicle_compose_used", compose_used=-1),
    "a wish taken away": row("vehicle", "vehicle_compose_granted", compose_granted=-1),
    "a wish paid for no time": row("failed_wish", "failed_wish_times", times=0),
    "a registered VIN of 16 characters": row("registry_entry", "registry_entry_vin", vin=VIN[1:]),
    "a registered tractor": row("registry_entry", "registry_entry_kind", kind="tractor"),
    "a vehicle neither new nor registered": row("registry_entry", "registry_entry_state", state="old"),
    "a vehicle twice in an import": row(
        "registry_entry", "registry_entry_pkey", "registry_entry.vin", vin=OTHER_VIN
    ),
    "a vehicle of no import": row("registry_entry", "registry_entry_import_id_fkey", REFERENCE, import_id=99),
    "an import of less than nothing": row("vehicle_import", "vehicle_import_loaded", total=-1),
    "more loaded than there is": row("vehicle_import", "vehicle_import_loaded", loaded=2),
    "an import in no state": row("vehicle_import", "vehicle_import_state", state="lost"),
    "an import ready by halves": row("vehicle_import", "vehicle_import_ready_is_whole", state="ready"),
    "an import done at no time": row(
        "vehicle_import", "vehicle_import_done_has_a_time", **READY, state="done"
    ),
    "an import dropped at no time": row("vehicle_import", "vehicle_import_end_has_a_time", state="dropped"),
    "an import half tidied": row("vehicle_import", "vehicle_import_tidied", tidied=2),
    "two imports at once": row("vehicle_import", "vehicle_import_open", "vehicle_import.chat_id", chat_id=2),
    "a preselection of nobody": row("preselection", "preselection_account_id_fkey", REFERENCE, account_id=99),
    "a plate for a tractor": row("preselection", "preselection_kind", kind="tractor"),
    "an unknown state": row("preselection", "preselection_state", state="lost"),
    "a third certificate": row("preselection", "preselection_certificate_kind", certificate_kind="none"),
    "selected in a third way": row("preselection", "preselection_way", way="bought"),
    "half without a four": row("preselection", "preselection_without_four", without_four=2),
    "agreed to without a vehicle": row(
        "preselection", "preselection_agreed_is_complete", state="agreed", vin=None
    ),
    "verified without a certificate": row(
        "preselection", "preselection_agreed_is_complete", state="verified", certificate=None
    ),
    "reserved without a number": row("preselection", "preselection_reserved_is_complete", serial=None),
    "reserved without a deadline": row("preselection", "preselection_reserved_is_complete", deadline=None),
    "an end without a time": row("preselection", "preselection_end_has_a_time", state="expired"),
    "a time without an end": row("preselection", "preselection_end_has_a_time", ended_at=1),
    "an extension without a limit": row("preselection", "preselection_extension_whole", deadline_before=1),
    "unreminded without an expiry": row(
        "preselection", "preselection_unreminded_has_expired", unreminded_at=1
    ),
    "a second draft": row(
        "preselection", "preselection_one_draft", "preselection.account_id", state="draft", account_id=2
    ),
    "a second success of a vehicle": row(
        "preselection", "preselection_one_success", "preselection.vin", vin=VIN
    ),
    "a second holder of a number": row(
        "preselection", "preselection_one_holder", "preselection.office", serial="A1234"
    ),
    "two at once for one vehicle": row("selecting", "selecting_pkey", "selecting.vin", vin="second"),
    "a segment of tractors": row("segment", "segment_kind", kind="tractor"),
    "an empty segment": row("segment", "segment_size", size=0),
    "a mask released twice": row("segment", "segment_once", "segment.office", mask="A####"),
    "composed before it is open": row("segment", "segment_opens_before_composing", opens_at=2),
    "fewer free numbers than none": row("segment_count", "segment_count_free", free=-1),
    "a count of no segment": row("segment_count", "segment_count_segment_id_fkey", REFERENCE, segment_id=99),
    "fewer selected numbers than none": row("selected_count", "selected_count_numbers", numbers=-1),
    "numbers selected in no way": row("selected_count", "selected_count_way", way="given"),
    "numbers selected of no segment": row(
        "selected_count", "selected_count_segment_id_fkey", REFERENCE, segment_id=99
    ),
    "a mask withheld twice": row("withholding", "withholding_once", "withholding.office", mask="A8##8"),
    "a day set in no way": row("segment", "segment_compose", compose="later"),
    "fewer drawn numbers than none": row("segment_count", "segment_count_drawn", drawn=-1),
    "fewer composed numbers than none": row("segment_count", "segment_count_composed", composed=-1),
    "fewer withheld numbers than none": row("segment_count", "segment_count_withheld", withheld=-1),
    "a receipt in no state": row(
        "sms_receipt", "sms_receipt_state", state="lost", phone_sealed=None, settled_at=2
    ),
    "a receipt of nothing": row("sms_receipt", "sms_receipt_of", code_id=None),
    "a receipt of a code and a reminder": row("sms_receipt", "sms_receipt_of", notice_id=1),
    "a receipt that keeps the telephone": row(
        "sms_receipt", "sms_receipt_phone", state="delivered", settled_at=2
    ),
    "a receipt that came at no time": row(
        "sms_receipt", "sms_receipt_settled", state="delivered", phone_sealed=None
    ),
    "a receipt of no account": row("sms_receipt", "sms_receipt_account_id_fkey", REFERENCE, account_id=99),
    "a second receipt of a message": row(
        "sms_receipt", "sms_receipt_message", "sms_receipt.provider, sms_receipt.message_id", message_id="1^0"
    ),
    "a grave act of no kind": row("chief_request", "chief_request_act", act="release"),
    "a request to another chief in no state": row(
        "chief_request",
        "chief_request_state",
        state="lost",
        decided_by="chat:2",
        decided_at=1,
        args_sealed=None,
    ),
    "a request to another chief that nobody decided": row(
        "chief_request", "chief_request_decided", state="refused", decided_at=1, args_sealed=None
    ),
    "a decided request that keeps its arguments": row(
        "chief_request", "chief_request_sealed", state="refused", decided_by="chat:2", decided_at=1
    ),
    "a request about no account": row(
        "chief_request", "chief_request_account_id_fkey", REFERENCE, account_id=99
    ),
    "a request about no holder": row(
        "chief_request", "chief_request_holder_id_fkey", REFERENCE, holder_id=99
    ),
    "a second request about the same": row(
        "chief_request", "chief_request_waiting", "chief_request.question, chief_request.about", about="ban:2"
    ),
    "a request in no state": row(
        "unwithhold_request", "unwithhold_request_state", state="lost", decided_by="chat:2", decided_at=1
    ),
    "a request that nobody decided": row(
        "unwithhold_request", "unwithhold_request_decided", state="refused", decided_at=1
    ),
    "a request about nothing": row(
        "unwithhold_request", "unwithhold_request_withholding_id_fkey", REFERENCE, withholding_id=99
    ),
    "a second request for a mask": row(
        "unwithhold_request",
        "unwithhold_request_waiting",
        "unwithhold_request.withholding_id",
        withholding_id=2,
    ),
    "a press of an unknown kind": row("selecting_press", "selecting_press_way", way="look"),
    "a reaction before the batch": row("selecting_press", "selecting_press_reaction", reaction=-1),
    "a suspicion of an unknown kind": row("suspicion", "suspicion_kind", kind="mood"),
    "a suspicion in no state": row("suspicion", "suspicion_state", subject="account:2", state="lost"),
    "a suspicion asked about by nobody known": row(
        "suspicion", "suspicion_asked_whole", subject="account:2", asked_at=1
    ),
    "a suspicion asked about by nobody": row(
        "suspicion", "suspicion_asked_has_author", subject="account:2", state="asked"
    ),
    "a suspicion decided by nobody": row(
        "suspicion", "suspicion_decided", subject="account:2", state="dismissed"
    ),
    "a second suspicion of one kind": row(
        "suspicion", "suspicion_one_open", "suspicion.kind", subject="account:9"
    ),
    "a second answer to a suspicion": row(
        "appeal", "appeal_one_answer", "appeal.suspicion_id", account_id=2, suspicion_id=1
    ),
    "draws counted below nothing": row("pool", "pool_last_draw", last_draw=-1),
    "a second seed of a day": row(
        "seed", "seed_of_day", "the journal only grows", office="粤K", day="2026-03-10"
    ),
    "a day checked with no result": row("checked_day", "checked_day_result", is_consistent=2),
    "an entry before the first": row("public_entry", "public_entry_seq", seq=0),
    "an entry without its hash": row("public_entry", "public_entry_hash", hash=""),
    "a seed published without its secret": row("seed", "seed_published_whole", published_at=1),
    "a secret published at no time": row("seed", "seed_published_whole", secret_published="s"),
    "a number twice": row("plate", "plate_key", "plate.office", serial="A1234"),
    "a number in no state": row("plate", "plate_state", state="batch"),
    "a rest without an end": row("plate", "plate_rest_ends", state="resting"),
    "a reservation with an end": row("plate", "plate_rest_ends", held_until=9),
    "a reservation of nobody": row("plate", "plate_has_a_holder", preselection_id=None),
    "a number of somebody unknown": row("plate", "plate_preselection_id_fkey", REFERENCE, preselection_id=99),
    "a number of no segment": row("plate", "plate_segment_id_fkey", REFERENCE, segment_id=99),
    "a hold twice": row("hold", "hold_key", "hold.office", serial="A2222"),
    "a hold for good": row("hold", "hold_state", state="reserved"),
    "a hold of somebody unknown": row("hold", "hold_preselection_id_fkey", REFERENCE, preselection_id=99),
    "a hold of no segment": row("hold", "hold_segment_id_fkey", REFERENCE, segment_id=99),
    "given back and kept": row("draw", "draw_kept_is_the_end", returned_at=1, kept_at=1),
    "a gateway that failed less than never": row(
        "sms_gateway", "sms_gateway_failures", failures=-1, failing_since=1
    ),
    "a gateway that fails since no time": row("sms_gateway", "sms_gateway_fails_since", failures=1),
    "refunded less than never": row("vehicle", "vehicle_random_returned", random_returned=-1),
    "given back though it was shown": row("draw", "draw_returned_was_not_sent", sent_at=1, returned_at=1),
    "draw number nought": row("draw", "draw_n", n=0),
    "a draw without a seed": row("draw", "draw_seed_id_fkey", REFERENCE, seed_id=99),
    "a filter half on": row("draw", "draw_without_four", without_four=2),
    "a revision below nought": row("dialog", "dialog_revision", revision=-1),
    "a message of an unknown kind": row("dialog", "dialog_message_kind", message_id=1, message_kind="voice"),
    "an album told of by halves": row("dialog", "dialog_album_told", album_told=2),
    "a message with half its buttons": row("dialog", "dialog_has_buttons", has_buttons=2),
    "a message that lasts for ever": row("dialog", "dialog_lifetime", lifetime="for ever"),
    "half a rehearsal": row("dialog", "dialog_rehearsal_whole", rehearsal=1, rehearsed_at=1),
    "a message of no kind": row("dialog", "dialog_message_whole", message_id=1),
    "a chat that is spoken to in French": row("dialog", "dialog_language", language="fr"),
    "a worker without a name": row("worker", "worker_name", name=""),
    "two leaders": row("worker_lead", "worker_lead_one", one=2),
    "an update in no state": row("inbox", "inbox_state", state="lost"),
    "a notice in no state": row("notice", "notice_state", state="lost"),
    "a notice twice": row("notice", "notice_once", "notice.subject", purpose="known", subject="known"),
    "fewer parts than none": row("notice", "notice_parts_sent", parts_sent=-1),
    "fewer tries than none": row("notice", "notice_tries", tries=-1),
    "a notice sent by nobody": row("notice", "notice_claim_whole", state="sending"),
    "a failure without a reason": row("notice", "notice_failure_has_a_reason", state="failed"),
    "eleven reminders": row("reminder_wish", "reminder_wish_count", count=11),
    "a ban without a reason": row("ban", "ban_reason", reason=""),
    "a ban for spite": row("ban", "ban_cause", cause="spite"),
    "a ban that ends before it begins": row("ban", "ban_ends_after_it_begins", until=1),
    "a ban lifted by nobody": row("ban", "ban_lift_whole", lifted_at=1, lift_reason="r"),
    "a ban lifted without a reason": row("ban", "ban_lift_whole", lifted_at=1, lifted_by="chat:1"),
    "a second running ban": row("ban", "ban_running", "ban.identity_hash", identity_hash=b"y"),
    "a cause of a ban without a reason": row("ban_cause", "ban_cause_reason", reason=""),
    "a cause of a ban for spite": row("ban_cause", "ban_cause_kind", cause="spite"),
    "a cause of a ban that ends before it begins": row(
        "ban_cause", "ban_cause_ends_after_it_begins", until=1
    ),
    "a cause of a ban lifted by nobody": row(
        "ban_cause", "ban_cause_lift_whole", lifted_at=1, lift_reason="r"
    ),
    "a broadcast to nobody known": row("broadcast", "broadcast_audience", audience="all"),
    "a broadcast of nothing": row("broadcast", "broadcast_text", text=""),
    "a broadcast to fewer than none": row("broadcast", "broadcast_total", total=-1),
    "a broadcast in no state": row("broadcast", "broadcast_state", state="lost"),
    "a broadcast over at no time": row("broadcast", "broadcast_end_has_a_time", state="done"),
    "a broadcast that ended and runs": row("broadcast", "broadcast_end_has_a_time", ended_at=2),
    "a second running broadcast": row(
        "broadcast", "broadcast_one_running", "broadcast.office", office="粤A", state="stopping"
    ),
    "a closed day without a reason": row("closed_day", "closed_day_reason", reason=""),
    "hours without a reason": row("special_hours", "special_hours_reason", reason=""),
    "hours of nothing": row("special_hours", "special_hours_place", place="roof"),
    "hours of a day twice": row(
        "special_hours", "special_hours_pkey", "special_hours.office", day="2026-12-30"
    ),
    "a year of holidays twice": row("holiday_year", "holiday_year_pkey", "holiday_year.year", year=2027),
    "a holiday twice": row("holiday", "holiday_pkey", "holiday.day", day="2027-01-02"),
    "a holiday half worked": row("holiday", "holiday_works", works=2),
    "a holiday of another year": row("holiday", "holiday_is_of_its_year", day="2026-12-31"),
    "a holiday of no year": row("holiday", "holiday_year_fkey", REFERENCE, year=2029, day="2029-01-01"),
    "fewer extensions than none": row("preselection", "preselection_desk_extensions", desk_extensions=-1),
    "a king at the desk": row("admin", "admin_role", role="king"),
    "a role that ends before it begins": row("admin", "admin_ends_later", until=1),
    "a second name of one of the staff": row(
        "staff_name", "staff_name_pkey", "staff_name.chat_id", chat_id=2
    ),
    "a name that is half set": row("staff_name", "staff_name_is_set", is_set=2),
    "a link that is used and revoked": row(
        "invitation", "invitation_used_or_revoked", used_at=1, revoked_at=1, revoked_by="chat:1"
    ),
    "a link that nobody has revoked": row("invitation", "invitation_used_or_revoked", revoked_at=1),
    "an invited king": row("invitation", "invitation_role", role="king"),
    "a token in place of its digest": row("invitation", "invitation_digest", digest="0" * 48),
    "an invitation that has ended before": row("invitation", "invitation_ends_later", valid_until=1),
    "a second identity of the database": row("installation", "installation_one", one=2),
    "a short identity of the database": row("installation", "installation_id", database_id="x"),
    "a second canary": row("key_canary", "key_canary_is_one", canary=2),
    "a loss before its backup": row("restoration", "restoration_order", lost_at=0),
    "a second state of the clock": row("clock_guard", "clock_guard_single_row", id=2),
    "a clock doubted for fun": row("clock_guard", "clock_guard_cause", cause="fun"),
    "a doubt without a reference": row("clock_guard", "clock_guard_doubt_whole", reference_at=None),
    "a doubt that nobody has": row(
        "clock_guard",
        "clock_guard_only_doubt_is_told",
        doubted_at=None,
        cause=None,
        reference_at=None,
        told_at=1,
    ),
    "maintenance without a word": row("maintenance", "maintenance_text", text=""),
    "an appeal in no state": row("appeal", "appeal_state", state="lost", ended_at=1),
    "an appeal of nobody": row("appeal", "appeal_account_id_fkey", REFERENCE, account_id=99),
    "an appeal about 16 characters": row("appeal", "appeal_vin", vin=OTHER_VIN[1:]),
    "consented to nothing": row("appeal", "appeal_consent_whole", consented_at=None),
    "an appeal about nothing": row("appeal", "appeal_submitted_is_complete", vin=None),
    "an appeal at no time": row("appeal", "appeal_submitted_is_complete", submitted_at=None),
    "an appeal that ended at no time": row("appeal", "appeal_end_has_a_time", state="withdrawn"),
    "an appeal approved by nobody": row(
        "appeal", "appeal_decision_has_an_author", state="approved", ended_at=1, outcome="{}"
    ),
    "a rejection without a reason": row(
        "appeal", "appeal_rejection_has_a_reason", state="rejected", ended_at=1, decided_by="chat:1"
    ),
    "a rejection with an empty reason": row(
        "appeal",
        "appeal_rejection_has_a_reason",
        state="rejected",
        ended_at=1,
        decided_by="chat:1",
        answer="",
    ),
    "an approval that says nothing": row(
        "appeal", "appeal_approval_says_what", state="approved", ended_at=1, decided_by="chat:1"
    ),
    "a dropped draft that holds a vehicle": row(
        "appeal", "appeal_dropped_is_empty", state="dropped", ended_at=1
    ),
    "a second draft of an appeal": row(
        "appeal", "appeal_one_draft", "appeal.account_id", state="draft", account_id=3
    ),
    "an appeal that waits twice": row("appeal", "appeal_one_waiting", "appeal.vin", vin=VIN),
    "a photo of the cat": row("appeal_photo", "appeal_photo_slot", slot="cat"),
    "a photo nowhere": row("appeal_photo", "appeal_photo_key", photo_key=""),
    "a note on a segment": row("note", "note_subject", subject="segment:1"),
    "a note on nobody": row("note", "note_account_id_fkey", REFERENCE, account_id=99),
    "a note of no office": row("note", "note_office", office=""),
    "a note without words": row("note", "note_body", body=""),
    "a note withdrawn before it was written": row("note", "note_withdrawn_after", withdrawn_at=0),
    "a look at no appeal": row("appeal_viewing", "appeal_viewing_appeal_id_fkey", REFERENCE, appeal_id=99),
    "a photo of no appeal": row("appeal_photo", "appeal_photo_appeal_id_fkey", REFERENCE, appeal_id=99),
    "the same photo twice": row(
        "appeal_photo", "appeal_photo_pkey", "appeal_photo.appeal_id", slot="identity"
    ),
    "a right to 16 characters": row("vin_right", "vin_right_vin", vin=OTHER_VIN[1:]),
    "two owners of a vehicle": row("vin_right", "vin_right_pkey", "vin_right.vin", vin=VIN),
    "a reservation set aside": row("preselection", "preselection_set_aside", set_aside_by=1),
    "a sixth wished number": row("wished_number", "wished_number_slot", slot=6),
    "an opening for friends": row("number_opening", "number_opening_way", way="friends"),
    "a subscription to gossip": row("subscription", "subscription_topic", topic="gossip"),
}

CHANGES = {
    "an identity given where another is registered with it": (
        (
            "UPDATE account SET identity_seen_at = 1, registered_at = NULL,"
            " identity_hash = (SELECT identity_hash FROM account WHERE account_id = 1)"
        ),
        ("account_identity", "account.identity_hash"),
    ),
    "an identity registered twice": (
        "UPDATE account SET identity_hash = (SELECT identity_hash FROM account WHERE account_id = 1)",
        ("account_identity", "account.identity_hash"),
    ),
    "a telephone registered twice": (
        "UPDATE account SET phone_hash = (SELECT phone_hash FROM account WHERE account_id = 1)",
        ("account_phone", "account.phone_hash"),
    ),
}
"""Updates that make a registered account invalid."""
