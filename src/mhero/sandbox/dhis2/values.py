"""Data value sets and their completeness: what is taken, what is refused, and how each dialect says so."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from mhero.sandbox.dhis2.dialects import Conflict, Dialect, conflict_of
from mhero.sandbox.dhis2.metadata import Metadata, Object

DEFAULT_COMBO: Final = "HllvX50cXC0"


_PERIODS: Final = {
    "Monthly": re.compile(r"\d{4}(0[1-9]|1[0-2])"),
    "Weekly": re.compile(r"\d{4}W([1-9]|[1-4]\d|5[0-3])"),
}


class DataValues:
    def __init__(self, metadata: Metadata, dialect: Dialect) -> None:
        self._metadata = metadata
        self._dialect = dialect
        #: By element, period, unit, category option combo, attribute option combo.
        self._values: dict[tuple[str, ...], Object] = {}
        #: By data set, period, unit.
        self._complete: dict[tuple[str, str, str], Object] = {}

    def take(self, payload: Object, query: Mapping[str, str], stamp: str, today: date) -> tuple[int, Object]:
        """Stores what is right; gives the HTTP status and the import summary."""
        rows = payload.get("dataValues", [])
        form = find(self._metadata.sets, payload.get("dataSet"), _scheme(query, "dataSetIdScheme"))
        refusal = self._undetected(rows, query) if form is None else None
        if refusal:
            refused = list(range(len(rows)))
            return 409, self._summary("ERROR", {"ignored": len(rows)}, [(refusal, refused)])
        counts = {"imported": 0, "updated": 0, "ignored": 0, "deleted": 0}
        conflicts: dict[Conflict, list[int]] = {}
        for index, row in enumerate(rows):
            outcome = self._take_row({**_defaults(payload), **row}, form, query, stamp, today)
            if isinstance(outcome, Conflict):
                conflicts.setdefault(outcome, []).append(index)
                outcome = "ignored"
            counts[outcome] += 1
        status = "WARNING" if conflicts else "SUCCESS"
        summary = self._summary(status, counts, list(conflicts.items()))
        if payload.get("completeDate") and form and not conflicts:
            unit = find(self._metadata.units, payload.get("orgUnit"), _scheme(query, "orgUnitIdScheme"))
            if unit:
                self._register(form, str(payload.get("period")), unit, payload["completeDate"])
                summary["dataSetComplete"] = payload["completeDate"]
        return (self._dialect.warning_status if conflicts else 200), summary

    def read(self, query: Mapping[str, str], units: set[str]) -> Object:
        form = find(self._metadata.sets, query.get("dataSet"), "UID")
        wanted = (
            {e["dataElement"]["id"] for e in form["dataSetElements"]} if form else {query.get("dataElement")}
        )
        rows = [
            value
            for (element, period, unit, _, _), value in self._values.items()
            if element in wanted and unit in units and query.get("period", period) == period
        ]
        return {"dataSet": query.get("dataSet"), "dataValues": rows}

    def register(self, payload: Object, query: Mapping[str, str], stamp: str) -> tuple[int, Object]:
        conflicts: list[tuple[Conflict, list[int]]] = []
        rows = payload.get("completeDataSetRegistrations", [])
        for index, row in enumerate(rows):
            form = find(self._metadata.sets, row.get("dataSet"), _scheme(query, "dataSetIdScheme"))
            unit = find(self._metadata.units, row.get("organisationUnit"), _scheme(query, "orgUnitIdScheme"))
            if form and unit:
                self._register(form, str(row.get("period")), unit, row.get("date", stamp))
            else:
                missing = "organisationUnit" if form else "dataSet"
                conflicts.append((conflict_of("unit", missing, row.get(missing)), [index]))
        counts = {"imported": len(rows) - len(conflicts), "ignored": len(conflicts)}
        status = "WARNING" if conflicts else "SUCCESS"
        code = self._dialect.warning_status if conflicts else 200
        return code, self._summary(status, counts, conflicts)

    def registrations(self, forms: Iterable[str], periods: Iterable[str], units: set[str]) -> list[Object]:
        wanted, when = set(forms), set(periods)
        return [
            row
            for (form, period, unit), row in self._complete.items()
            if form in wanted and unit in units and (not when or period in when)
        ]

    def unregister(self, form: str, period: str, unit: str) -> None:
        self._complete.pop((form, period, unit), None)

    def _register(self, form: Object, period: str, unit: Object, at: str) -> None:
        self._complete[form["id"], period, unit["id"]] = {
            "dataSet": form["id"],
            "period": period,
            "organisationUnit": unit["id"],
            "attributeOptionCombo": DEFAULT_COMBO,
            "date": at,
            "completed": True,
        }

    def _undetected(self, rows: list[Object], query: Mapping[str, str]) -> Conflict | None:
        """Why 2.43 cannot tell which data set the rows belong to, or None."""
        if not self._dialect.needs_data_set:
            return None
        for row in rows:
            element = find(
                self._metadata.elements, row.get("dataElement"), _scheme(query, "dataElementIdScheme")
            )
            holders = [f for f in self._metadata.sets.values() if element and _holds(f, element)]
            if len(holders) != 1:
                return conflict_of("many" if holders else "none", "dataElement", row.get("dataElement"))
        return None

    def _take_row(
        self, row: Object, form: Object | None, query: Mapping[str, str], stamp: str, today: date
    ) -> "str | Conflict":
        """ "imported", "updated" or "ignored", or why the row is refused."""
        element = find(self._metadata.elements, row.get("dataElement"), _scheme(query, "dataElementIdScheme"))
        if element is None:
            return conflict_of("element", "dataElement", row.get("dataElement"))
        unit = find(self._metadata.units, row.get("orgUnit"), _scheme(query, "orgUnitIdScheme"))
        if unit is None:
            return conflict_of("unit", "orgUnit", row.get("orgUnit"))
        form = form or next(f for f in self._metadata.sets.values() if _holds(f, element))
        if not _holds(form, element) or all(unit is not known for known in form["organisationUnits"]):
            return conflict_of("unassigned", "dataElement", row.get("dataElement"))
        period = str(row.get("period", ""))
        if not _PERIODS[form["periodType"]].fullmatch(period):
            return conflict_of("period", "period", period)
        if _first_day(period) > today:
            return conflict_of("future", "period", period)
        value = str(row.get("value", ""))
        if not _fits(element["valueType"], value):
            return conflict_of("value", "value", value)
        return self._keep(element, unit, period, value, row, query, stamp)

    def _keep(
        self,
        element: Object,
        unit: Object,
        period: str,
        value: str,
        row: Object,
        query: Mapping[str, str],
        stamp: str,
    ) -> str:
        combo = row.get("categoryOptionCombo") or DEFAULT_COMBO
        attribute = row.get("attributeOptionCombo") or DEFAULT_COMBO
        key = (element["id"], period, unit["id"], combo, attribute)
        known = self._values.get(key)
        if known and known["value"] == value:
            return "ignored"
        if value == "0" and not element["zeroIsSignificant"] and self._dialect.skips_zero and not known:
            return "ignored"
        if query.get("dryRun") != "true":
            self._values[key] = {
                "dataElement": element["id"],
                "period": period,
                "orgUnit": unit["id"],
                "categoryOptionCombo": combo,
                "attributeOptionCombo": attribute,
                "value": value,
                "comment": row.get("comment", ""),
                "created": known["created"] if known else stamp,
                "lastUpdated": stamp,
                "followup": False,
            }
        return "updated" if known else "imported"

    def _summary(
        self, status: str, counts: Mapping[str, int], conflicts: list[tuple[Conflict, list[int]]]
    ) -> Object:
        return {
            "responseType": "ImportSummary",
            "status": status,
            "importCount": {"imported": 0, "updated": 0, "ignored": 0, "deleted": 0, **counts},
            "conflicts": [
                {
                    "object": conflict.object,
                    "objects": {conflict.property: conflict.object},
                    "value": conflict.message,
                    "errorCode": self._dialect.codes.get(conflict.fault, "E7600"),
                    "property": conflict.property,
                    "indexes": indexes,
                }
                for conflict, indexes in conflicts
            ],
            "rejectedIndexes": sorted(index for _, indexes in conflicts for index in indexes),
            "dataSetComplete": "false",
            "description": "Import process completed successfully",
        }


def find(objects: Mapping[str, Object], key: Any, scheme: str) -> Object | None:
    """By UID, or by CODE."""
    if scheme == "CODE":
        return next((thing for thing in objects.values() if thing.get("code") == key), None)
    return objects.get(str(key))


def _scheme(query: Mapping[str, str], name: str) -> str:
    return query.get(name, query.get("idScheme", "UID")).upper()


def _defaults(payload: Object) -> Object:
    return {name: payload[name] for name in ("period", "orgUnit", "attributeOptionCombo") if name in payload}


def _holds(form: Object, element: Object) -> bool:
    return any(item["dataElement"] is element for item in form["dataSetElements"])


def _first_day(period: str) -> date:
    year, week, number = period.partition("W")
    if week:
        try:
            return date.fromisocalendar(int(year), int(number), 1)
        except ValueError:
            # The 53rd week of a year that has 52.
            return date(int(year) + 1, 1, 1)
    return date(int(period[:4]), int(period[4:]), 1)


def _fits(kind: str, value: str) -> bool:
    if kind == "BOOLEAN":
        return value in ("true", "false")
    return value.isascii() and value.isdecimal()
