"""Builds the services from settings and ports; the composition root of the program and its tests."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from core import installation
from core.appeals import Appeals
from core.appeals import personal_data as appeals_personal_data
from core.appeals.reviews import Reviews
from core.appeals.undoing import ApprovalUndoing
from core.clock import Clock, ClockSources, SystemClock
from core.database import open_database
from core.db.watched import watched
from core.errors.store import StoreError
from core.gateways import build_routes
from core.installation import Installation
from core.people.accounts import Accounts
from core.people.admins import Admins
from core.people.chief_requests import ChiefRequests
from core.people.invitations import Invitations
from core.people.lookup import People
from core.people.other_chiefs import OtherChiefs
from core.people.probes import Probes
from core.people.second_chief import SecondChief
from core.people.sms_budget import SmsBudget, SmsCaps
from core.people.sms_receipts import SmsReceipts
from core.people.staff_names import StaffNames
from core.people.telephones import Telephones
from core.people.verification import Verification
from core.personal_data import PersonalData
from core.personal_data.staff_names import staff_name_source
from core.pool.batches import Batches
from core.pool.bulletin import Bulletins
from core.pool.releases import Pools
from core.pool.seeds import Seeds
from core.ports import PhotoStore, RandomBytes, SmsGateway, Store
from core.preselection import Preselections
from core.preselection.cleanup import Cleanup
from core.preselection.counter import Counter
from core.preselection.day_changes import DayChanges
from core.preselection.deadlines import Deadlines
from core.preselection.desk_extension import DeskExtensions
from core.preselection.expiry import Expiry
from core.preselection.selection import Selection
from core.preselection.undoing import Undoing
from core.registry.answers import AnsweredRegistry
from core.registry.lookup import OpenRegistry, StrictRegistry, VehicleRegistry
from core.reporting.audit_search import AuditSearch
from core.reporting.case_files import CaseFiles
from core.reporting.daily_summary import Summaries
from core.reporting.disclosure import Disclosures
from core.reporting.lookups import Lookups
from core.reporting.tasks import DeskServices
from core.security.canary import DatabaseKeys
from core.security.photo_files import FilePhotos
from core.security.vault import Vault
from core.settings import Settings
from core.settings.sms import SmsSettings
from core.sms.routes import Routes
from core.sms.watched import Failures, Report
from core.suspicion.decisions import Decisions
from core.suspicion.detection import Detection
from core.suspicion.presses import Presses
from core.values.offices import Office
from core.values.workdays import WorkingCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Implementations of ports that replace the default ones.

    An injected clock is moved on purpose, so the clock guard is off then, unless ``clock_sources`` is given.
    """

    clock: Clock | None = None
    clock_sources: ClockSources | None = None
    random_bytes: RandomBytes = secrets.token_bytes
    sms: SmsGateway | None = None
    vehicle_registry: VehicleRegistry | None = None
    store: Store | None = None
    photos: PhotoStore | None = None
    on_store_error: Callable[[StoreError], None] | None = None  # is told of each failure of the database
    on_sms: Report | None = None  # is told what becomes of each SMS


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """All services."""

    settings: Settings
    clock: Clock
    clock_sources: ClockSources | None  # of the clock guard; None if it is off
    store: Store
    vault: Vault
    database_keys: DatabaseKeys
    photos: PhotoStore
    sms: SmsGateway
    sms_routes: Routes  # the same, to begin after a provider, or to be asked what has become of a message
    sms_failures: Failures  # of single providers, for the chiefs
    offices: Mapping[str, Office]
    elsewhere: Mapping[str, str]  # links to the bots of other offices, by office code
    calendar: WorkingCalendar
    accounts: Accounts
    telephones: Telephones
    verification: Verification
    sms_budget: SmsBudget
    sms_receipts: SmsReceipts
    probes: Probes
    presses: Presses
    detection: Detection
    decisions: Decisions
    seeds: Seeds
    pools: Pools
    other_chiefs: OtherChiefs
    chief_requests: ChiefRequests
    second_chief: SecondChief
    bulletins: Bulletins
    preselections: Preselections
    selection: Selection
    deadlines: Deadlines
    day_changes: DayChanges
    desk_extensions: DeskExtensions
    expiry: Expiry
    cleanup: Cleanup
    people: People
    admins: Admins
    invitations: Invitations
    staff_names: StaffNames
    counter: Counter
    undoing: Undoing
    audit_search: AuditSearch
    desk_services: DeskServices
    summaries: Summaries
    case_files: CaseFiles
    lookups: Lookups
    disclosures: Disclosures
    personal_data: PersonalData
    vehicle_registry: VehicleRegistry
    appeals: Appeals
    reviews: Reviews
    approval_undoing: ApprovalUndoing

    async def close(self) -> None:
        """Finish submitted transactions and close the database."""
        await self.store.close()


async def bootstrap(
    settings: Settings, ports: Ports | None = None, *, migrate: bool = True, create: bool = False
) -> Core:
    """Open the database, check that the keys belong to it, migrate its schema, and build the services.

    Args:
        settings: the settings.
        ports: implementations that replace the default ones; a store that is passed in is used as it is.
        migrate: False refuses an older schema instead of migrating it.
        create: create the database if there is none; a mistyped path must not start an empty pool. Without
            ``migrate`` an existing one is refused.

    Raises:
        as ``open_database``.
    """
    given = ports or Ports()
    clock = given.clock or SystemClock()
    if given.store is not None:
        keys = settings.keys()
        store, vault = given.store, Vault(keys.keys, keys.lookup_key)
    else:
        opened = await open_database(settings, given.clock, migrate=migrate, create=create)
        store, vault = opened.store, opened.vault
    if given.on_store_error is not None:
        store = watched(store, given.on_store_error)
    accounts, sms_failures = Accounts(vault), Failures()
    staff_names = StaffNames(vault)
    admins, caps = Admins(settings.telegram.admins), _caps(settings.sms)
    other_chiefs = OtherChiefs(admins, timedelta(hours=settings.desk.second_chief_hours))
    sms_budget = SmsBudget(vault, caps, admins)
    sms_routes = (
        build_routes(settings, sms_failures.report, given.on_sms)
        if given.sms is None
        else Routes.alone(given.sms)
    )
    verification = Verification(vault, given.random_bytes, sms_budget)
    seeds = Seeds(vault, given.random_bytes)
    pools = Pools(seeds)
    calendar = settings.working_calendar()
    offices = {office.code: office for office in settings.offices}
    deadlines = Deadlines(offices, calendar, last_by_sms=settings.sms.reminders == "last")
    desk_services = DeskServices(offices=offices, calendar=calendar, codes_per_day=caps.service)
    vehicle_registry, counter = (
        given.vehicle_registry or _vehicle_registry(settings),
        Counter(accounts, offices),
    )
    undoing = Undoing(accounts, offices, calendar, deadlines)
    presses, decisions = Presses(settings.suspicion), Decisions(accounts)
    most_living = settings.registry.most_living
    preselections = Preselections(vehicle_registry, verification, most_living)
    appeals = Appeals(vault, vehicle_registry, timedelta(days=settings.photos.keep_days), admins)
    case_files = CaseFiles(accounts, offices)
    reviews = Reviews(appeals, accounts, counter, vehicle_registry, decisions)
    return Core(
        settings=settings,
        clock=clock,
        clock_sources=given.clock_sources or (ClockSources() if given.clock is None else None),
        store=store,
        vault=vault,
        database_keys=DatabaseKeys(vault, settings.key_source()),
        photos=given.photos or FilePhotos(settings.photo_directory(), vault, clock),
        sms=sms_routes.first(),
        sms_routes=sms_routes,
        sms_failures=sms_failures,
        offices=offices,
        elsewhere={other.code: other.url for other in settings.elsewhere},
        calendar=calendar,
        accounts=accounts,
        telephones=Telephones(vault, accounts),
        verification=verification,
        sms_budget=sms_budget,
        sms_receipts=SmsReceipts(vault, sms_budget),
        probes=Probes(vault),
        presses=presses,
        detection=Detection(settings.suspicion, offices),
        decisions=decisions,
        seeds=seeds,
        pools=pools,
        other_chiefs=other_chiefs,
        chief_requests=ChiefRequests(other_chiefs, vault, settings.desk.two_chiefs),
        second_chief=SecondChief(pools, other_chiefs),
        bulletins=Bulletins(),
        preselections=preselections,
        selection=Selection(Batches(seeds, vault), calendar, deadlines, presses, most_living),
        deadlines=deadlines,
        day_changes=DayChanges(deadlines, calendar),
        desk_extensions=DeskExtensions(deadlines, offices, calendar),
        expiry=Expiry(accounts, offices, deadlines),
        cleanup=Cleanup(offices),
        people=People(accounts, vault, offices),
        admins=admins,
        invitations=Invitations(admins, given.random_bytes),
        staff_names=staff_names,
        counter=counter,
        undoing=undoing,
        vehicle_registry=vehicle_registry,
        appeals=appeals,
        reviews=reviews,
        approval_undoing=ApprovalUndoing(appeals, reviews, accounts, undoing, offices, calendar),
        audit_search=AuditSearch(accounts, vault, offices),
        desk_services=desk_services,
        summaries=Summaries(desk_services, admins, settings.desk.summary_at),
        case_files=case_files,
        lookups=Lookups(vault),
        disclosures=Disclosures(accounts, case_files, reviews),
        personal_data=PersonalData(
            accounts,
            preselections,
            [appeals_personal_data.personal_data_source(appeals), staff_name_source(staff_names)],
        ),
    )


def _caps(sms: SmsSettings) -> SmsCaps:
    return SmsCaps(
        per_phone=sms.per_phone_per_day,
        per_chat=sms.per_chat_per_day,
        service=sms.per_day,
        reserved_share=sms.reserved_share,
    )


async def claim(core: Core) -> Installation:
    """Give the database its identity, and check that bot and photo folder belong to it.

    Raises:
        DatabaseOfAnotherBot: the database serves another bot.
        PhotoFolderOfAnother: the photo folder is another database's.
        PhotoStoreError: the photo folder cannot be created or marked.
    """
    found = await core.store.run(installation.ensure)
    token = core.settings.telegram.token.get_secret_value()
    installation.ensure_bot(found, installation.bot_id_of(token))
    if isinstance(core.photos, FilePhotos):
        await asyncio.to_thread(core.photos.claim, found.database_id)
    return found


def _vehicle_registry(settings: Settings) -> VehicleRegistry:
    if settings.registry.http is not None and settings.registry.mode == "http":
        return AnsweredRegistry(timedelta(minutes=settings.registry.http.fresh_minutes))
    return StrictRegistry() if settings.registry.mode == "strict" else OpenRegistry()
