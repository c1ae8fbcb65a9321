"""What DHIS2 says of values that were sent, up to 2.42 and from 2.43 on.

The HTTP status tells nothing: refused rows come with 409 from the one and with 200 from the other, and the
good rows of the same request are saved with either. Only the body tells, and only it is read here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mhero.connectors.reading import dicts, listed, part, text
from mhero.platform.errors import PartnerSpokeNonsense

#: Kinds of refusals, by what is wrong.
VALUE, ELEMENT, UNIT, PERIOD, UNTIMELY, DATA_SET, ZERO, NO_UNIT, OTHER = (
    "value",
    "element",
    "unit",
    "period",
    "untimely",
    "data_set",
    "zero",
    "no_unit",
    "other",
)
#: Too early, too late, or in a period that is not open.
_UNTIMELY: Final = frozenset(
    {"E7640", "E7641", "E7642", "E7643", "E7644", "E7645", "E8030", "E8031", "E8032", "E8033"}
)
_DATA_SET: Final = frozenset({"E8002", "E8003"})
_BY_PROPERTY: Final = {
    "value": VALUE,
    "dataElement": ELEMENT,
    "orgUnit": UNIT,
    "period": PERIOD,
    "dataSet": DATA_SET,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    kind: str
    #: DHIS2's own.
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """What became of the rows of one request."""

    #: By the row's place in the request.
    refused: Mapping[int, Refusal] = field(default_factory=dict)


def read_summary(answer: Any, rows: int) -> Summary:
    """Of a request with so many rows. Raises `PartnerSpokeNonsense` for what is no import summary."""
    message = part(answer)
    # Up to 2.37 the summary stands alone, without a message around it.
    summary = part(message.get("response")) or message
    status = text(summary.get("status")).upper()
    if status not in {"SUCCESS", "OK", "WARNING", "ERROR"}:
        raise PartnerSpokeNonsense("DHIS2 answered to the values with something that is no import summary.")
    refused = _refused(summary, rows)
    if status == "ERROR" and len(refused) < rows:
        words = text(message.get("message")) or text(summary.get("description"))
        all_of_them = Refusal(kind=_kind(text(message.get("errorCode")), ""), words=words)
        refused = {row: refused.get(row, all_of_them) for row in range(rows)}
    return Summary(refused=refused)


def _refused(summary: Mapping[str, Any], rows: int) -> dict[int, Refusal]:
    refused: dict[int, Refusal] = {}
    for conflict in dicts(summary.get("conflicts")):
        refusal = Refusal(
            kind=_kind(text(conflict.get("errorCode")), text(conflict.get("property"))),
            words=text(conflict.get("value"))[:300],
        )
        indexes = [index for index in listed(conflict.get("indexes")) if _is_row(index, rows)]
        # A conflict that does not say of which row it is concerns any of them.
        for index in indexes or ([] if summary.get("rejectedIndexes") else range(rows)):
            refused.setdefault(index, refusal)
    for index in listed(summary.get("rejectedIndexes")):
        if _is_row(index, rows):
            refused.setdefault(index, Refusal(kind=OTHER, words=""))
    return refused


def _is_row(index: Any, rows: int) -> bool:
    return isinstance(index, int) and 0 <= index < rows


def _kind(code: str, property_: str) -> str:
    if code in _UNTIMELY:
        return UNTIMELY
    if code in _DATA_SET:
        return DATA_SET
    return _BY_PROPERTY.get(property_, OTHER)
