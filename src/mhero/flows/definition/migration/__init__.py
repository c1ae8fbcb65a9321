"""Brings a definition of any version from 11 up to the version that the engine runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from mhero.flows.cleaning import clean
from mhero.flows.definition.migration import steps_13, steps_14
from mhero.flows.errors import InvalidDefinition, UnsupportedVersion

Json = dict[str, Any]
Version = tuple[int, int, int]
Step = Callable[[Json, Callable[[], str]], None]

#: The version that the engine runs and writes.
CURRENT: Version = (14, 4, 2)

#: Each step brings a definition of the version before it to its own; in order.
STEPS: tuple[tuple[Version, Step], ...] = (
    ((13, 1, 0), steps_13.to_13_1_0),
    ((13, 2, 0), steps_13.to_13_2_0),
    ((13, 3, 0), steps_13.to_13_3_0),
    ((13, 4, 0), steps_13.to_13_4_0),
    ((13, 5, 0), steps_13.to_13_5_0),
    ((13, 6, 0), steps_13.to_13_6_0),
    ((13, 6, 1), steps_13.to_13_6_1),
    ((14, 0, 0), steps_14.to_14_0_0),
    ((14, 1, 0), steps_14.to_14_1_0),
    ((14, 2, 0), steps_14.to_14_2_0),
    ((14, 3, 0), steps_14.to_14_3_0),
    ((14, 3, 1), steps_14.to_14_3_1),
    ((14, 4, 0), steps_14.to_14_4_0),
    ((14, 4, 1), steps_14.to_14_4_1),
    ((14, 4, 2), steps_14.to_14_4_2),
)

_VERSION = re.compile(r"(\d{1,4})(?:\.(\d{1,4}))?(?:\.(\d{1,4}))?\Z")


def version_text(version: Version) -> str:
    return ".".join(str(part) for part in version)


def parse_version(text: object) -> Version:
    """Three numbers from "13", "13.1" or "13.1.0"."""
    found = _VERSION.match(str(text).strip()) if isinstance(text, str | int | float) else None
    if not found:
        raise UnsupportedVersion(f"'{text}' is not a version")
    major, minor, patch = (int(part or 0) for part in found.groups())
    return major, minor, patch


def is_legacy(definition: Json) -> bool:
    """Whether this is a definition of version 11 or before: its shape says so, not its envelope."""
    if definition.get("spec_version"):
        return False
    return any(
        key in definition for key in ("action_sets", "rule_sets", "flow_type", "base_language", "metadata")
    )


def definition_version(definition: Json) -> Version:
    """The version a definition of the new shape was written for."""
    return parse_version(definition.get("spec_version"))


def migrate(
    definition: Json, *, uuid: Callable[[], str], to: Version = CURRENT, base_media_url: str = ""
) -> Json:
    """A copy of the definition at the wanted version. New ids are taken from `uuid`."""
    if not isinstance(definition, dict):
        raise InvalidDefinition("flow must be an object")
    if is_legacy(definition):
        from mhero.flows.definition import legacy  # Old flows are rare: their code is read when one comes.

        migrated = legacy.migrate(clean(definition), uuid=uuid, base_media_url=base_media_url)
    else:
        migrated = clean(definition)
    if not migrated.get("spec_version"):
        raise UnsupportedVersion("field 'spec_version' is required")
    version = definition_version(migrated)
    if version[0] < 13 or (version[0], version[1]) > (CURRENT[0], CURRENT[1]):
        raise UnsupportedVersion(f"spec version {version_text(version)} is not supported")
    for target, step in STEPS:
        if version < target <= to:
            step(migrated, uuid)
            migrated["spec_version"] = version_text(target)
            version = target
    return migrated
