"""Reading DHIS2's Web API, 2.38 to 2.43: what it says of organisation units is the same in both its dialects.

Pages are counted by ourselves: the links DHIS2 gives are made from the address it believes to have.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from mhero.connectors.errors import CalendarUnsupported, NotADHIS2
from mhero.connectors.reading import Document, dicts, part, text
from mhero.platform.errors import PartnerSpokeNonsense
from mhero.platform.http import PartnerRefusedWith, RecordedClient

PAGE_SIZE: Final = 500
#: What fits into an address.
IDS_AT_ONCE: Final = 50
FIELDS: Final = (
    "id,code,name,shortName,level,path,parent[id],openingDate,closedDate,geometry,phoneNumber,email,"
    "organisationUnitGroups[id,code,name,groupSets[id,code,name]]"
)
#: A unit that is deleted while pages are counted moves all later ones up by a place, and one falls between
#: two pages. Then everything is read once more.
READINGS: Final = 3

Param = tuple[str, str | int]
Params = Sequence[Param]


@dataclass(frozen=True, kw_only=True, slots=True)
class SystemInfo:
    #: Such as `2.42.1`.
    version: str
    #: `iso8601`, `gregorian`, `ethiopian` …
    calendar: str
    #: The server's own time, without a zone as all its timestamps; None where it does not tell.
    server_date: datetime | None


def refuse_other_calendars(system: SystemInfo) -> None:
    """Raises `CalendarUnsupported` where dates are not those of the Gregorian calendar."""
    if system.calendar and system.calendar not in {"iso8601", "gregorian"}:
        raise CalendarUnsupported(
            f"This DHIS2 counts its days in the {system.calendar} calendar, which mHero cannot read yet."
        )


class DHIS2Client:
    def __init__(self, http: RecordedClient) -> None:
        self._http = http

    def system(self) -> SystemInfo:
        info = self._get("system/info")
        if not text(info.get("version")):
            raise NotADHIS2
        return SystemInfo(
            version=text(info["version"]),
            calendar=text(info.get("calendar")).lower(),
            server_date=_local_time(info.get("serverDate")),
        )

    def count(self) -> int:
        return _total(self._get("organisationUnits", [("fields", "id"), ("pageSize", 1), ("page", 1)]))

    def levels(self) -> dict[int, str]:
        """What each level of the tree is called. A country need not have named them all."""
        asked = [("fields", "level,name"), ("paging", "false")]
        named = self._list("organisationUnitLevels", asked)
        with suppress(PartnerRefusedWith):
            # Not wrapped in an object, alone among the lists.
            named += list(dicts(self._http.get_json("filledOrganisationUnitLevels")))
        levels: dict[int, str] = {}
        for one in named:
            if isinstance(one.get("level"), int) and text(one.get("name")):
                levels.setdefault(one["level"], text(one["name"]))
        return dict(sorted(levels.items()))

    def units(self, since: datetime | None) -> Iterator[list[Document]]:
        """Pages of the units made or changed since the server's own time `since`; of all for None."""
        asked: list[Param] = [("fields", FIELDS), ("order", "id:asc"), ("pageSize", PAGE_SIZE)]
        if since is not None:
            asked.append(("filter", f"lastUpdated:ge:{since.isoformat(timespec='seconds')}"))
        seen: set[str] = set()
        for _ in range(READINGS):
            page, pages, total = 1, 1, 0
            while page <= pages:
                answer = self._get("organisationUnits", [*asked, ("page", page)])
                pages, total = _pages(answer), _total(answer)
                units = list(dicts(answer.get("organisationUnits")))
                fresh = [unit for unit in units if text(unit.get("id")) not in seen]
                seen.update(text(unit.get("id")) for unit in fresh)
                if fresh:
                    yield fresh
                page += 1
            if len(seen) >= total:
                return

    def these(self, ids: Sequence[str]) -> list[Document]:
        """The units of these ids that are still there."""
        found = []
        for start in range(0, len(ids), IDS_AT_ONCE):
            wanted = ",".join(ids[start : start + IDS_AT_ONCE])
            asked = [("fields", FIELDS), ("filter", f"id:in:[{wanted}]"), ("paging", "false")]
            found += self._list("organisationUnits", asked)
        return found

    def deleted(self, since: datetime) -> list[str]:
        """The ids of units that were deleted since the server's own time `since`, and not made again."""
        asked: list[Param] = [
            ("klass", "OrganisationUnit"),
            ("deletedAt", since.isoformat(timespec="seconds")),
            ("pageSize", PAGE_SIZE),
        ]
        found, page, pages = list[str](), 1, 1
        while page <= pages:
            answer = self._get("deletedObjects", [*asked, ("page", page)])
            pages = _pages(answer)
            found += filter(None, (text(one.get("uid")) for one in dicts(answer.get("deletedObjects"))))
            page += 1
        there_again = {unit.get("id") for unit in self.these(found)}
        return [uid for uid in found if uid not in there_again]

    def _list(self, path: str, params: Params) -> list[Document]:
        return list(dicts(self._get(path, params).get(path)))

    def _get(self, path: str, params: Params = ()) -> dict[str, Any]:
        answer = self._http.get_json(path, params or None)
        if not isinstance(answer, dict):
            raise PartnerSpokeNonsense("DHIS2 answered with something that is not an object.")
        return answer


def _pages(answer: Document) -> int:
    count = part(answer.get("pager")).get("pageCount")
    return count if isinstance(count, int) else 1


def _total(answer: Document) -> int:
    total = part(answer.get("pager")).get("total")
    return total if isinstance(total, int) else 0


def _local_time(value: Any) -> datetime | None:
    """The clock on the server's own wall, whichever zone it says that it is in."""
    try:
        return datetime.fromisoformat(text(value)).replace(tzinfo=None)
    except ValueError:
        return None
