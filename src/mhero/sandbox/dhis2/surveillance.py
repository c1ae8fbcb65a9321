"""What facilities reported of diseases in the last weeks: little everywhere, and an outbreak in one district.

It is made by rule, without chance, so that nothing else that a seed makes changes.
"""

from datetime import date, timedelta
from typing import Final

from mhero.sandbox.dhis2.metadata import DISEASES, Metadata, Object
from mhero.sandbox.dhis2.values import DataValues

#: Closed weeks that are reported; the week that goes on is reported in part.
WEEKS: Final = 2
#: Cholera in the district of Flomo, the officer of the examples: cases of all its facilities in the last
#: closed week, and so far in this one.
OUTBREAK: Final = "LR-BG-08"
CASES: Final = 14
CASES_SO_FAR: Final = 6


def report(metadata: Metadata, values: DataValues, stamp: str, today: date) -> None:
    form = next(one for one in metadata.sets.values() if one["code"] == "IDSR_W")
    elements = {one["dataElement"]["code"]: one["dataElement"]["id"] for one in form["dataSetElements"]}
    ill = [unit for unit in form["organisationUnits"] if unit["parent"]["code"] == OUTBREAK]
    for back in range(WEEKS, -1, -1):
        day = today - timedelta(weeks=back)
        year, week, _ = day.isocalendar()
        for number, unit in enumerate(form["organisationUnits"]):
            # In the week that goes on half of the facilities have not reported.
            if back == 0 and number % 2 and unit not in ill:
                continue
            cases = {code: str(_usual(number, back, code)) for code in DISEASES}
            if back < 2 and unit in ill:
                cases["CHOLERA"] = str(_share(CASES if back else CASES_SO_FAR, ill, unit))
            rows = [
                {"dataElement": elements[f"CASES_{code}"], "value": value} for code, value in cases.items()
            ]
            payload = {
                "dataSet": form["id"],
                "period": f"{year}W{week}",
                "orgUnit": unit["id"],
                "dataValues": rows,
            }
            values.take(payload, {}, stamp, today)


def _usual(number: int, back: int, disease: str) -> int:
    """A case here and there: no district has more than a few."""
    return int((number * 7 + back * 3 + len(disease)) % 29 == 0)


def _share(cases: int, facilities: list[Object], facility: Object) -> int:
    """Of the cases of a district those of one of its facilities."""
    place = facilities.index(facility)
    return cases // len(facilities) + (place < cases % len(facilities))
