"""openIMIS as published: its own claim processing of our people's services, by its own and simpler rules.

The packages bring models and the processing, not the assembly that makes a server of them. So the settings are the
least they import with, tables are made from the models instead of by migrations, the database is SQLite in memory, and
one date field of theirs, which writes a time of day that SQLite does not read back as a date, is adapted. What is
measured is `claim.services.processing_claim` on claims of three lines: policies, price list, product, validation,
deductible and ceiling, about 29 queries a line. It decides other things than our plans; its answers are not compared.
"""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import groupby
from types import ModuleType
from typing import Any

import numpy as np

from .rules import SERVICES
from .workload import Outputs, Ready, Workload

MODULES = ["core", "location", "medical", "medical_pricelist", "product", "insuree", "payer", "policy", "contribution",
           "report", "claim_batch", "claim", "calculation", "contribution_plan"]  # fmt: skip
LINES_OF_A_CLAIM = 3
SINCE, UNTIL = date(2023, 1, 1), date(2027, 12, 31)


class WithoutMigrations(dict[str, None]):
    """Tells Django that no module has migrations: tables are made from the models."""

    def __contains__(self, name: object) -> bool:
        return True

    def __getitem__(self, name: str) -> None:
        return None


def settings() -> dict[str, Any]:
    """The least the packages start with."""
    memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    nothing = {f"PASSWORD_{name}": 0 for name in ("MIN_LENGTH", "UPPERCASE", "LOWERCASE", "DIGITS", "SYMBOLS")}
    django = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"]
    others = ["graphene_django", "simple_history", "rest_framework", "django_apscheduler"]
    scheduler = {"apscheduler.jobstores.default": {"class": "apscheduler.jobstores.memory:MemoryJobStore"}}
    return nothing | {
        "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        "INSTALLED_APPS": [*django, *others, *MODULES], "OPENIMIS": MODULES, "MIGRATION_MODULES": WithoutMigrations(),
        "AUTH_USER_MODEL": "core.User", "DEFAULT_AUTO_FIELD": "django.db.models.AutoField", "USE_TZ": False,
        "SECRET_KEY": "of-a-benchmark", "LANGUAGE_CODE": "en-GB", "MSSQL": False, "ROW_SECURITY": False,
        "CACHES": {"default": memory, "location": memory, "coverage": memory}, "CACHE_OBJECT_DEFAULT": False,
        "CACHE_OBJECT_TTL": 60, "IS_TESTING": False, "MODE": "PROD", "SITE_ROOT": str, "FRONTEND_URL": "",
        "SCHEDULER_CONFIG": scheduler, "SCHEDULER_JOBS": [], "SCHEDULER_CUSTOM": [], "SCHEDULER_AUTOSTART": False,
        "APSCHEDULER_DATETIME_FORMAT": "c", "GRAPHENE": {"SCHEMA": None}, "GRAPHQL_JWT": {},
        "RATELIMIT_RATE": "1/m", "RATELIMIT_KEY": "ip", "RATELIMIT_GROUP": "all",
    }  # fmt: skip


def start() -> None:
    """Bring the packages up and make their tables."""
    logging.disable(logging.CRITICAL)
    assembly = ModuleType("openIMIS.openimisapps")
    assembly.openimis_apps = lambda: MODULES  # type: ignore[attr-defined] - stands for the assembly, which is no package
    sys.modules |= {"openIMIS": ModuleType("openIMIS"), "openIMIS.openimisapps": assembly}
    of = importlib.import_module
    of("django.conf").settings.configure(**settings())
    of("django").setup()
    plain = of("django.db.models").DateField()

    def as_date(_: Any, value: Any) -> Any:
        return plain.get_prep_value(value.to_ad_date() if hasattr(value, "to_ad_date") else value)

    of("core.fields").DateField.get_prep_value = as_date
    of("django.core.management").call_command("migrate", run_syncdb=True, verbosity=0)


class Insurer:
    """A small insurer: one product with deductible and ceiling, one facility, the services of the workload."""

    def __init__(self) -> None:
        of = importlib.import_module
        self.test = of("claim.test_helpers")  # the packages' own makers of sample data
        self.models = {name: of(f"{name}.models") for name in ("claim", "policy", "insuree")}
        of("core.test_helpers").create_test_language(code="en")
        self.diagnosis = of("medical.test_helpers").create_test_diagnosis()
        self.product = self.test.create_test_product()
        type(self.product).objects.filter(pk=self.product.pk).update(ded_insuree=385, max_insuree=5000)
        self.product.refresh_from_db()
        self.facility = self.test.create_test_health_facility()
        make = self.test.create_test_service
        self.care = [make("V", custom_props={"code": f"S{n}", "name": name}) for n, name in enumerate(SERVICES)]

    def enrol(self) -> Any:
        """A new person with a policy."""
        person = self.test.create_test_insuree()
        days = {"effective_date": SINCE, "expiry_date": UNTIL, "validity_from": SINCE, "start_date": SINCE,
                "audit_user_id": 1}  # fmt: skip
        policies = self.models["policy"].Policy
        policy = policies.objects.create(
            family=person.family, product=self.product, status=policies.STATUS_ACTIVE, stage="N", enroll_date=SINCE,
            value=100, **days,
        )  # fmt: skip
        self.models["insuree"].InsureePolicy.objects.create(
            insuree=person, policy=policy, enrollment_date=SINCE, **days
        )
        return person

    def claim(self, person: Any, day: date, lines: Sequence[tuple[int, int]]) -> Any:
        """A claim of some lines: service and charge in cents."""
        claims = self.models["claim"].Claim
        made = claims.objects.create(
            insuree=person, health_facility=self.facility, icd=self.diagnosis, date_from=day, date_to=day,
            date_claimed=day, status=claims.STATUS_ENTERED, validity_from=day, audit_user_id=1, visit_type="O",
            code=f"C{claims.objects.count()}", claimed=sum(cents for _, cents in lines) / 100,
        )  # fmt: skip
        for service, cents in lines:
            stated = {"service": self.care[service], "qty_provided": 1, "price_asked": cents / 100}
            self.test.create_test_claimservice(made, custom_props=stated, product=self.product)
        return made.pk


def claims_of(insurer: Insurer, workload: Workload) -> list[int]:
    """The workload as claims: three lines of a person each, on the day of the last."""
    columns = (workload[name].tolist() for name in ("person", "served_on", "service", "charged"))
    rows = sorted(zip(*columns, strict=True))
    found = []
    for _, mine in groupby(rows, key=lambda row: row[0]):
        person, lines = insurer.enrol(), list(mine)
        for low in range(0, len(lines) - LINES_OF_A_CLAIM + 1, LINES_OF_A_CLAIM):
            three = lines[low : low + LINES_OF_A_CLAIM]
            day = date(1970, 1, 1) + timedelta(days=three[-1][1])
            found.append(insurer.claim(person, day, [row[2:] for row in three]))
    return found


def processing(insurer: Insurer, claims: list[int]) -> Callable[[], int]:
    """Process every claim once, each in a transaction that is taken back afterwards, so that it can be repeated."""
    process = importlib.import_module("claim.services").processing_claim
    atomic = importlib.import_module("django.db").transaction
    user = insurer.test.DummyUser()

    def run() -> int:
        with atomic.atomic():
            for number in claims:
                with atomic.atomic():
                    process(insurer.models["claim"].Claim.objects.get(pk=number), user, is_process=True)
            atomic.set_rollback(True)
        return len(claims) * LINES_OF_A_CLAIM

    return run


def prepare(workload: Workload) -> Ready:
    """Ready to process: database filled with the people and claims of the workload."""
    start()
    insurer = Insurer()
    claims = claims_of(insurer, workload)
    return Ready(processing(insurer, claims), lambda lines: Outputs(np.full((lines, 2), -1, np.int16)))
