"""Doctors, pharmacies, laboratories, hospitals, a telemedicine centre in four countries. None of them exists."""

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
ABROAD: tuple[tuple[str, str, str, str, str], ...] = (
    ("pharma-see", "Apotheke am See", "CH", "pharmacy", ""),
    ("labor-limmat", "Labor Limmat", "CH", "laboratory", ""),
    ("physio-mitte", "Physiotherapie Mitte", "CH", "physiotherapist", ""),
    ("dr-rochat", "Dr méd. Rochat", "CH", "family-doctor", "general-medicine"),
    ("hopital-lac", "Hôpital du Lac", "CH", "hospital", ""),
    ("dr-arnold", "Dr. med. Arnold", "CH", "family-doctor", "general-medicine"),
    ("psy-egger", "Praxis Egger, Psychotherapie", "CH", "specialist", "psychiatry"),
    ("diagnostica-po", "Centro Diagnostico Po", "IT", "clinic", ""),
    ("fisio-reno", "Fisioterapia Reno", "IT", "physiotherapist", ""),
    ("dentista-verdi", "Studio dentistico Verdi", "IT", "dentist", ""),
    ("fysio-gracht", "Fysiotherapie De Gracht", "NL", "physiotherapist", ""),
    ("fysio-dom", "Fysio Domplein", "NL", "physiotherapist", ""),
    ("tele-rhone", "Téléconsultation Rhône", "FR", "telemedicine-centre", ""),
)
LISTS = {"fysio-gracht": ("plus-practice",), "dr-arnold": ("plusmed",), "telemed": ("plusmed-telemedicine",)}
HOSPITAL_PLANS = {"ownership": "public", "hospital_plans": ["VD", "ZH"]}
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
        for each in LISTS.get(code, ()):
            list_provider(provider, each, START)
        if specialty:
            doctor = register_practitioner(code, name, [specialty])
            employ_practitioner(doctor, provider, START)
    for code, name, country, role, specialty in ABROAD:
        facts = HOSPITAL_PLANS if role == "hospital" else {}
        new = NewProvider(code, name, country, role, specialty, facts=facts, id=world.id("provider", code))
        provider = register_provider(new)
        for each in LISTS.get(code, ()):
            list_provider(provider, each, START)
