"""What DHIS2 up to 2.42 and from 2.43 say differently about the rows they refuse."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    version: str
    #: The HTTP status when some rows were refused and the rest saved.
    warning_status: int
    #: Error codes by fault. The code families are the reference's; which code of 2.43's family goes with
    #: which fault is known by class only.
    codes: Mapping[str, str]
    #: From 2.43 a payload that names no data set is refused whole when its elements do not tell which one
    #: is meant.
    needs_data_set: bool
    #: Up to 2.42 a zero of an element without `zeroIsSignificant` is skipped at once.
    skips_zero: bool


_UP_TO_2_42: Final = Dialect(
    version="2.42.3",
    warning_status=409,
    codes={
        "element": "E7610",
        "period": "E7611",
        "unit": "E7612",
        "value": "E7619",
        "unassigned": "E7636",
        "future": "E7641",
    },
    needs_data_set=False,
    skips_zero=True,
)
DIALECTS: Final = {
    # Older ones differ from it in tracker alone.
    "2.40": replace(_UP_TO_2_42, version="2.40.5"),
    "2.41": replace(_UP_TO_2_42, version="2.41.3"),
    "2.42": _UP_TO_2_42,
    "2.43": Dialect(
        version="2.43.0",
        warning_status=200,
        codes={
            "none": "E8002",
            "many": "E8003",
            "element": "E8020",
            "period": "E8021",
            "unit": "E8022",
            "unassigned": "E8022",
            "value": "E8024",
            "future": "E8030",
        },
        needs_data_set=True,
        skips_zero=False,
    ),
}

_WORDS: Final = {
    "element": "Data element not found or not accessible",
    "unit": "Organisation unit not found or not accessible",
    "period": "Period not valid",
    "future": "Period is after latest open future period",
    "value": "Value must match the data element's value type",
    "unassigned": "Data element is not assigned to the organisation unit",
    "none": "No data set can be detected for the data element",
    "many": "More than one data set can be detected for the data element",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflict:
    #: A key of `Dialect.codes`.
    fault: str
    #: The row's property at fault, and its value.
    property: str
    object: str
    message: str


def conflict_of(fault: str, property_: str, thing: Any) -> Conflict:
    message = f"{_WORDS[fault]}: `{thing}`"
    return Conflict(fault=fault, property=property_, object=str(thing), message=message)
