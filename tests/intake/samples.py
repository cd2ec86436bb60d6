"""The shared sample documents, which are not in the repository, and a members file for their patients.

The patients of the Swiss samples are matched by the numbers that the invoices state, those of Synthea by the social
security numbers in the bundles, "Patient/1" of the HL7 examples by that reference.
"""

import json
from pathlib import Path

import pytest

from clausula.intake import Desk, read_codes, read_roster

ROOT = Path(__file__).parents[2]
DATA = next((one for one in (ROOT.parent / "shared/data", ROOT / "shared/data") if one.is_dir()), Path("absent"))
CODES = ROOT / "plans/catalogue/codes"

needs_samples = pytest.mark.skipif(not DATA.is_dir(), reason="the shared samples (../shared/data) are not here")

SWISS = """
[[household]]
id = "swiss"
[[household.person]]
id = "beatrice"
born = 1957-04-14
sex = "female"
identifiers = { ahv = "7560000000011", insured = "123456" }
[[household.person]]
id = "edeltraud"
born = 1951-05-05
sex = "female"
identifiers = { insured = "6564564" }
[[household.enrolment]]
person = "beatrice"
plan = "ch/assura/plusmed"
start = 2020-01-01
facts = { franchise = 300 }
[[household.enrolment]]
person = "edeltraud"
plan = "ch/assura/plusmed"
start = 2014-01-01
facts = { franchise = 300 }

[[household]]
id = "hl7"
[[household.person]]
id = "one"
born = 1974-12-25
identifiers = { fhir = "Patient/1" }
"""


def members_of_samples(folder: Path) -> Path:
    """A members file for all sample patients, written into the folder."""
    parts = [SWISS]
    for path in sorted((DATA / "synthea_r4_sample").glob("*.json")):
        entries = json.loads(path.read_text())["entry"]
        patient = next(one["resource"] for one in entries if one["resource"]["resourceType"] == "Patient")
        ssn = next(one["value"] for one in patient["identifier"] if one["system"].endswith("us-ssn"))
        parts.append(
            f'[[household]]\nid = "{path.stem}"\n[[household.person]]\nid = "{patient["id"]}"\n'
            f'born = {patient["birthDate"]}\nidentifiers = {{ "http://hl7.org/fhir/sid/us-ssn" = "{ssn}" }}\n'
        )
    target = folder / "members.toml"
    target.write_text("\n".join(parts))
    return target


def desk_for_samples(folder: Path) -> Desk:
    """A desk that knows the sample patients and the catalogue's codes."""
    return Desk(read_roster(members_of_samples(folder)), read_codes(sorted(CODES.glob("*.toml"))))
