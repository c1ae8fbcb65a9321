"""What DHIS2 says of values, in both its dialects and in the oldest one; the HTTP status is not looked at."""

from typing import Any

import pytest

from mhero.connectors.dhis2.summary import read_summary
from mhero.platform.errors import PartnerSpokeNonsense


def conflict(code: str, property_: str, *rows: int) -> dict[str, Any]:
    return {"errorCode": code, "property": property_, "value": "Words", "indexes": list(rows)}


def message(status: str, *conflicts: dict[str, Any], **more: Any) -> dict[str, Any]:
    rejected = sorted(row for one in conflicts for row in one["indexes"])
    return {"response": {"status": status, "conflicts": list(conflicts), "rejectedIndexes": rejected} | more}


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        (message("SUCCESS"), {}),
        (message("WARNING", conflict("E7619", "value", 1)), {1: "value"}),
        (
            message("WARNING", conflict("E8024", "value", 0), conflict("E8030", "period", 2)),
            {0: "value", 2: "untimely"},
        ),
        (
            message("WARNING", conflict("E7641", "period", 0, 1, 2)),
            {0: "untimely", 1: "untimely", 2: "untimely"},
        ),
        (
            message("ERROR", conflict("E8003", "dataElement", 0, 1, 2)),
            {0: "data_set", 1: "data_set", 2: "data_set"},
        ),
        ({"status": "ERROR", "message": "No such data set"}, {0: "other", 1: "other", 2: "other"}),
        # Up to 2.37: no message around it, and no word about which row.
        (
            {"status": "WARNING", "conflicts": [{"object": "x", "value": "Words"}]},
            {0: "other", 1: "other", 2: "other"},
        ),
        ({"response": {"status": "WARNING", "rejectedIndexes": [2, 99, "a"]}}, {2: "other"}),
    ],
)
def test_each_refused_row_has_its_reason(answer: Any, refused: dict[int, str]) -> None:
    found = read_summary(answer, 3).refused
    assert {row: refusal.kind for row, refusal in found.items()} == refused


@pytest.mark.parametrize(
    "answer", [None, [], {}, {"httpStatus": "OK"}, {"response": {"status": "?"}}, "text"]
)
def test_what_is_no_summary_is_nonsense(answer: Any) -> None:
    with pytest.raises(PartnerSpokeNonsense):
        read_summary(answer, 3)
