"""The jobs of the health workforce and the cadre each belongs to.

iHRIS 5 writes the job on the role, and the cadre as a property of the job's concept; a reader needs both
tables. Codes are ISCO-08 unit groups with a running number, as iHRIS makes them.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    code: str
    title: str
    #: A code of `CADRES`.
    cadre: str
    #: Its part of the workforce, in thousandths.
    weight: float
    #: Where the job is done: a hospital's physician is not found in a clinic.
    facility_types: tuple[str, ...] = ("hospital", "health-center", "clinic")


CADRES: Final[dict[str, str]] = {
    "nurse": "Nurse",
    "nurse-aide": "Nurse Aide",
    "midwife": "Midwife",
    "physician": "Physician",
    "physician-assistant": "Physician Assistant",
    "pharmacist": "Pharmacist",
    "dispenser": "Dispenser",
    "lab-technician": "Laboratory Technician",
    "cha": "Community Health Assistant",
    "chss": "Community Health Services Supervisor",
    "eht": "Environmental Health Technician",
    "vaccinator": "Vaccinator",
    "registrar": "Registrar",
    "radiographer": "Radiographer",
    "mental-health-clinician": "Mental Health Clinician",
    "surveillance-officer": "Surveillance Officer",
}

_LARGE: Final = ("hospital", "health-center")


def _job(code: str, title: str, cadre: str, weight: float, *types: str) -> Job:
    if types:
        return Job(code=code, title=title, cadre=cadre, weight=weight, facility_types=types)
    return Job(code=code, title=title, cadre=cadre, weight=weight)


JOBS: Final[tuple[Job, ...]] = (
    _job("2221-1", "Registered Nurse", "nurse", 180),
    _job("3221-1", "Licensed Practical Nurse", "nurse", 50),
    _job("5321-1", "Nurse Aide", "nurse-aide", 70),
    _job("2222-1", "Certified Midwife", "midwife", 80),
    _job("2222-2", "Registered Midwife", "midwife", 20),
    _job("2211-1", "Medical Doctor", "physician", 22, *_LARGE),
    _job("2212-1", "Specialist Physician", "physician", 5, "hospital"),
    _job("2240-1", "Physician Assistant", "physician-assistant", 60),
    _job("2262-1", "Pharmacist", "pharmacist", 12, *_LARGE),
    _job("3213-1", "Dispenser", "dispenser", 55),
    _job("3212-1", "Laboratory Technician", "lab-technician", 45, *_LARGE),
    _job("3212-2", "Laboratory Assistant", "lab-technician", 30),
    _job("3253-1", "Community Health Assistant", "cha", 230, "health-center", "clinic"),
    _job("2221-9", "Community Health Services Supervisor", "chss", 25, "health-center", "clinic"),
    _job("3257-1", "Environmental Health Technician", "eht", 30),
    _job("3253-2", "Vaccinator", "vaccinator", 55),
    _job("4415-1", "Registrar", "registrar", 45),
    _job("3211-1", "Radiographer", "radiographer", 6, "hospital"),
    _job("2635-1", "Mental Health Clinician", "mental-health-clinician", 10, *_LARGE),
    _job("3259-1", "County Surveillance Officer", "surveillance-officer", 8),
)


def _leading(number: int, title: str) -> dict[str, Job]:
    """A leader's job by the cadre of who holds it: a job has one cadre, so there is one for each."""
    return {
        cadre: Job(code=f"1342-{number}{nth:02d}", title=title, cadre=cadre, weight=0)
        for nth, cadre in enumerate(CADRES, 1)
    }


IN_CHARGE: Final = _leading(1, "Officer in Charge")
DISTRICT_OFFICER: Final = _leading(2, "District Health Officer")
COUNTY_OFFICER: Final = _leading(3, "County Health Officer")
LEADING_JOBS: Final = (*IN_CHARGE.values(), *DISTRICT_OFFICER.values(), *COUNTY_OFFICER.values())

#: In-service training that a registry can be searched for ("skill").
SKILLS: Final[dict[str, str]] = {
    "ipc": "Infection prevention and control",
    "imnci": "Integrated management of newborn and childhood illness",
    "bemonc": "Basic emergency obstetric and newborn care",
    "epi": "Immunisation and cold chain",
    "idsr": "Integrated disease surveillance and response",
    "hiv": "HIV counselling and testing",
    "ebola": "Ebola case management",
}
