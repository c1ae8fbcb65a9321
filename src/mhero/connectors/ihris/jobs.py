"""Which cadre a job belongs to.

In iHRIS 5 the cadre is not on the role: it is a property of the job's concept in the code system `ihris-job`.
Many installations never fill the property in, so what a country says on the connection comes first, then the
code system, then the words of the job's own title.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mhero.connectors.reading import dicts, text

#: Parts of job titles, English and French, in the order they are looked for: a "nurse midwife" is a midwife,
#: and an assistant to a profession is not one of it.
CADRES_BY_TITLE: Final = (
    ("nurse aid", "Nurse Aide"),
    ("aide-soignant", "Nurse Aide"),
    ("aide soignant", "Nurse Aide"),
    ("community health assistant", "Community Health Assistant"),
    ("community health worker", "Community Health Worker"),
    ("agent de santé communautaire", "Community Health Worker"),
    ("midwi", "Midwife"),
    ("sage-femme", "Midwife"),
    ("sage femme", "Midwife"),
    ("physician assistant", "Physician Assistant"),
    ("medical assistant", "Medical Assistant"),
    ("clinical officer", "Clinical Officer"),
    ("anesth", "Anaesthetist"),
    ("anaesth", "Anaesthetist"),
    ("nurse", "Nurse"),
    ("nursing", "Nurse"),
    ("infirmi", "Nurse"),
    ("dentist", "Dentist"),
    ("dental", "Dental Technician"),
    ("doctor", "Physician"),
    ("physician", "Physician"),
    ("surgeon", "Physician"),
    ("médecin", "Physician"),
    ("pharmacist", "Pharmacist"),
    ("pharmacien", "Pharmacist"),
    ("dispens", "Dispenser"),
    ("pharmacy", "Dispenser"),
    ("laborator", "Laboratory Technician"),
    ("lab tech", "Laboratory Technician"),
    ("radiograph", "Radiographer"),
    ("radiology", "Radiographer"),
    ("vaccinat", "Vaccinator"),
    ("environmental health", "Environmental Health Technician"),
    ("hygien", "Environmental Health Technician"),
    ("nutrition", "Nutritionist"),
    ("physiotherap", "Physiotherapist"),
    ("registrar", "Registrar"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class CadreTable:
    """What cadre a job code or title means."""

    #: From the connection's options: the beginning of a job code to the name of a cadre.
    by_prefix: Mapping[str, str] = field(default_factory=dict)
    #: From iHRIS's own code system: a job code to the name of a cadre.
    by_code: Mapping[str, str] = field(default_factory=dict)

    def digest(self) -> str:
        """Differs when a job may belong to another cadre than it did."""
        rows = [sorted(self.by_prefix.items()), sorted(self.by_code.items()), CADRES_BY_TITLE]
        return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]

    def cadre_of(self, codes: Iterable[str], title: str) -> str:
        """The name of the cadre, or nothing when the job is of no known one."""
        codes = list(codes)
        for code in codes:
            fitting = [prefix for prefix in self.by_prefix if code.startswith(prefix)]
            if fitting:
                return self.by_prefix[max(fitting, key=len)]
        for code in codes:
            if code in self.by_code:
                return self.by_code[code]
        lowered = title.casefold()
        return next((cadre for part, cadre in CADRES_BY_TITLE if part in lowered), "")


def cadres_from(job_systems: Iterable[Any]) -> dict[str, str]:
    """Job code to cadre, from the `CodeSystem` resources of jobs that a search gave."""
    found: dict[str, str] = {}
    for system in job_systems:
        for concept in dicts(system.get("concept") if isinstance(system, dict) else None):
            for held in dicts(concept.get("property")):
                if held.get("code") == "cadre" and (name := _name_of(held)):
                    found[text(concept.get("code"))] = name
    return found


def _name_of(held: dict[str, Any]) -> str:
    coding = held.get("valueCoding")
    if isinstance(coding, dict):
        return text(coding.get("display")) or text(coding.get("code")).replace("-", " ").title()
    return text(held.get("valueString")) or text(held.get("valueCode")).replace("-", " ").title()
