"""What the server says that it can do: the CapabilityStatement at /metadata."""

from importlib.metadata import version
from typing import Any

from mhero.registry.fhir.documents import PROFILES
from mhero.registry.fhir.parameters import INCLUDES, PARAMETERS

#: The day the statement last changed.
_DATE = "2026-11-23"


_others: list[dict[str, Any]] = []


def announce(resources: list[dict[str, Any]]) -> None:
    """Sets what another room serves at the same base; called at the start of a process."""
    _others[:] = resources


def statement(base: str) -> dict[str, Any]:
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _DATE,
        "kind": "instance",
        "software": {"name": "mHero", "version": version("mhero")},
        "implementation": {"description": "Health worker registry", "url": base},
        "instantiates": [
            "https://profiles.ihe.net/ITI/mCSD/CapabilityStatement/IHE.mCSD.Directory",
        ],
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "security": {
                    "description": "Facilities may be open to all; health workers and their phone numbers "
                    "each need a role that an administrator gives to a client."
                },
                "resource": [
                    *(_resource(type) for type in PARAMETERS),
                    *_others,
                ],
            }
        ],
    }


def _resource(type: str) -> dict[str, Any]:
    interactions = ("read", "vread", "history-instance", "history-type", "search-type")
    parameters = {"_id": "token", "_lastUpdated": "date", **PARAMETERS[type]}
    includes = [f"{type}:{name}" for name in INCLUDES[type]]
    return {
        "type": type,
        "profile": PROFILES[type],
        "interaction": [{"code": code} for code in interactions],
        "versioning": "versioned",
        "readHistory": True,
        **({"searchInclude": includes} if includes else {}),
        "searchParam": [{"name": name, "type": kind} for name, kind in parameters.items()],
    }
