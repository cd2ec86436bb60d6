"""A general practitioner, a dermatologist, a telemedicine centre and a hospital. None of them exists."""

from __future__ import annotations

from datetime import date

from clausula_server.demo.world import World
from clausula_server.directory.actions.practitioner import employ_practitioner, register_practitioner
from clausula_server.directory.actions.provider import (
    NewProvider,
    list_provider,
    open_tariff,
    register_provider,
    set_hours,
)
from clausula_server.directory.models import SettlementMode

START = date(2024, 1, 1)
OFFICE_HOURS = [(weekday, 8 * 60, 17 * 60) for weekday in range(5)]
DAY_AND_NIGHT = [(weekday, 0, 24 * 60) for weekday in range(7)]
PROVIDERS: tuple[tuple[str, str, str, str, list[str], list[tuple[int, int, int]]], ...] = (
    ("dr-keller", "Dr. med. Keller", "family-doctor", "general-medicine", ["plusmed"], OFFICE_HOURS),
    ("dr-rossi", "Dr. med. Rossi", "specialist", "dermatology", [], OFFICE_HOURS),
    ("telemed", "Telemedizin-Zentrum", "telemedicine-centre", "", ["plusmed"], DAY_AND_NIGHT),
    ("spital-see", "Spital am See", "hospital", "", ["optima"], DAY_AND_NIGHT),
)


def load(world: World) -> None:
    """Register them, with lists, a tariff and hours; the hospital settles directly."""
    for code, name, role, specialty, lists, hours in PROVIDERS:
        settles = SettlementMode.DIRECT if role == "hospital" else SettlementMode.REIMBURSEMENT
        provider = register_provider(
            NewProvider(code, name, "CH", role, specialty, canton="ZH", settles=settles, id=world.id("provider", code))
        )
        for each in lists:
            list_provider(provider, each, START)
        open_tariff(provider, "tardoc", START)
        set_hours(provider, list(hours), "Europe/Zurich")
        if specialty:
            doctor = register_practitioner(code, name, [specialty])
            employ_practitioner(doctor, provider, START)
