"""The data sets of a DHIS2, and sending values to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from mhero.connectors.dhis2.summary import Summary, read_summary
from mhero.connectors.reading import dicts, part, text
from mhero.platform.errors import PartnerSpokeNonsense
from mhero.platform.http import RecordedClient

_FIELDS: Final = "id,name,periodType,dataSetElements[dataElement[id,name,valueType,zeroIsSignificant]]"


@dataclass(frozen=True, kw_only=True, slots=True)
class DataElement:
    id: str
    name: str
    #: Such as `INTEGER_ZERO_OR_POSITIVE`.
    value_type: str
    #: False when DHIS2 forgets a zero, which is the one stock that matters most.
    keeps_zero: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class DataSet:
    id: str
    name: str
    #: `Monthly`, `Weekly`, …
    period_type: str
    elements: tuple[DataElement, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """What a DHIS2 holds of one unit, as it was entered."""

    unit: str
    data_element: str
    value: str


class DataSetClient:
    def __init__(self, http: RecordedClient) -> None:
        self._http = http

    def data_sets(self, *ids: str) -> dict[str, DataSet]:
        """By their ids: these, or all that our user may see."""
        asked = [("fields", _FIELDS), ("paging", "false"), ("order", "name:asc")]
        if ids:
            asked.append(("filter", f"id:in:[{','.join(ids)}]"))
        answer = self._http.get_json("dataSets", asked)
        if not isinstance(answer, dict):
            raise PartnerSpokeNonsense("DHIS2 answered with something that is not an object.")
        found = (_data_set(raw) for raw in dicts(answer.get("dataSets")))
        return {one.id: one for one in found if one.id}

    def values(self, data_set: str, period: str, unit: str) -> list[Value]:
        """The values of a period at a unit and everything below it, as they are this moment.

        Analytics would add them up, but are as old as the last time they were computed.
        """
        asked = [("dataSet", data_set), ("period", period), ("orgUnit", unit), ("children", "true")]
        answer = self._http.get_json("dataValueSets", asked)
        if not isinstance(answer, dict):
            raise PartnerSpokeNonsense("DHIS2 answered with something that is not an object.")
        return [
            Value(
                unit=text(one.get("orgUnit")),
                data_element=text(one.get("dataElement")),
                value=text(one.get("value")),
            )
            for one in dicts(answer.get("dataValues"))
            if one.get("deleted") is not True
        ]

    def send(
        self,
        data_set: str,
        period: str,
        unit: str,
        values: Sequence[tuple[str, str]],
        completed_on: date | None,
    ) -> Summary:
        """Sends (data element, value) pairs of one unit and period in one request.

        Sending the same again changes nothing, so what was cut off may be repeated; what was refused must
        not.
        """
        payload: dict[str, Any] = {
            "dataSet": data_set,
            "period": period,
            "orgUnit": unit,
            "dataValues": [{"dataElement": element, "value": value} for element, value in values],
        }
        if completed_on is not None:
            payload["completeDate"] = completed_on.isoformat()
        # 409 is how DHIS2 up to 2.42 says that it saved some rows and not others.
        answer = self._http.request("POST", "dataValueSets", json=payload, takes={409})
        return read_summary(answer.json(), len(values))


def _data_set(raw: Mapping[str, Any]) -> DataSet:
    elements = [part(one.get("dataElement")) for one in dicts(raw.get("dataSetElements"))]
    return DataSet(
        id=text(raw.get("id")),
        name=text(raw.get("name")),
        period_type=text(raw.get("periodType")),
        elements=tuple(
            DataElement(
                id=text(element.get("id")),
                name=text(element.get("name")),
                value_type=text(element.get("valueType")),
                keeps_zero=element.get("zeroIsSignificant") is True,
            )
            for element in elements
        ),
    )
