"""The country as DHIS2's metadata objects, which refer to one another as Python objects do."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any, Final

from mhero.sandbox.country import COUNTIES, Country, Facility
from mhero.sandbox.country.facilities import OWNERSHIPS, TYPES, unit_uid

Object = dict[str, Any]
Stamp = Callable[[datetime], str]

LEVELS: Final = ("National", "County", "District", "Facility")

#: A product's code in data elements, and its name.
PRODUCTS: Final = {
    "ACT": "Artemether-lumefantrine",
    "AMX": "Amoxicillin",
    "ORS": "Oral rehydration salts",
    "ZNC": "Zinc",
    "RDT": "Malaria rapid test",
    "ART": "Artesunate",
    "SPY": "Sulfadoxine-pyrimethamine",
    "PAR": "Paracetamol",
    "COT": "Cotrimoxazole",
    "MTZ": "Metronidazole",
    "CIP": "Ciprofloxacin",
    "IBU": "Ibuprofen",
    "IRF": "Iron and folic acid",
    "VTA": "Vitamin A",
    "ALB": "Albendazole",
    "OXY": "Oxytocin",
    "MGS": "Magnesium sulphate",
    "DEP": "Depot injection",
    "PIL": "Contraceptive pills",
    "CON": "Condoms",
    "HIV": "HIV rapid test",
    "BCG": "BCG vaccine",
    "PEN": "Pentavalent vaccine",
    "MEA": "Measles vaccine",
    "GLV": "Gloves",
}

#: What the weekly surveillance of diseases counts.
DISEASES: Final = {"CHOLERA": "Cholera", "MEASLES": "Measles", "LASSA": "Lassa fever"}

#: In life most stock elements drop a zero, which is fatal for "stock on hand". One of these does.
DROPS_ZERO: Final = "SOH_GLV"


class Metadata:
    def __init__(self, country: Country, created: datetime, stamp: Stamp) -> None:
        self._created = stamp(created)
        self.units: dict[str, Object] = {}
        self.groups: dict[str, Object] = {}
        self.group_sets: dict[str, Object] = {}
        self.deleted: list[Object] = []
        #: Filled by whoever has them.
        self.programs: dict[str, Object] = {}
        self._add_groups()
        self._add_units(country)
        self.levels = {
            (level := self._object(f"level/{number}", name))["id"]: level | {"level": number}
            for number, name in enumerate(LEVELS, 1)
        }
        self.elements: dict[str, Object] = {}
        self.sets: dict[str, Object] = {}
        self._add_forms()
        for unit in self.units.values():
            self.place(unit)

    def collections(self) -> dict[str, dict[str, Object]]:
        return {
            "organisationUnits": self.units,
            "organisationUnitLevels": self.levels,
            "organisationUnitGroups": self.groups,
            "organisationUnitGroupSets": self.group_sets,
            "dataElements": self.elements,
            "dataSets": self.sets,
            "programs": self.programs,
        }

    def put(self, change: Object, updated: str) -> Object:
        """Creates or changes a unit, stamping it and not its children: a move leaves theirs as it was."""
        identity = str(change.get("id", "")) or unit_uid("put", str(len(self.units)), change.get("name", ""))
        unit = self.units.get(identity) or self._object("", str(change.get("name")), identity=identity)
        self.units[identity] = unit
        unit.update(change, id=identity, lastUpdated=updated)
        unit["displayName"] = unit["name"]
        if parent := change.get("parent"):
            # An unknown parent stays a bare reference: an orphan, as a broken server may serve it.
            unit["parent"] = self.units.get(parent["id"], {"id": parent["id"]})
        for other in self.units.values():
            self.place(other)
        return unit

    def delete(self, identity: str, at: str) -> None:
        unit = self.units.pop(identity, None)
        if unit:
            self.deleted.append(
                {"klass": "OrganisationUnit", "uid": identity, "code": unit.get("code"), "deletedAt": at}
            )

    def place(self, unit: Object) -> None:
        """Computes `path`, `level` and `leaf` anew."""
        path: list[str] = []
        above: Object | None = unit
        # A loop in the tree, which a test may make, ends where it meets itself.
        while above and above["id"] not in path:
            path.append(above["id"])
            above = above.get("parent")
        unit["path"] = "/" + "/".join(reversed(path))
        unit["level"] = len(path)
        unit["leaf"] = len(path) == len(LEVELS)

    def _object(self, key: str, name: str, *, code: str | None = None, identity: str = "") -> Object:
        made: Object = {
            "id": identity or unit_uid(key),
            "name": name,
            "shortName": name.strip()[:50],
            "displayName": name,
            "created": self._created,
            "lastUpdated": self._created,
            "translations": [],
            "attributeValues": [],
        }
        return made | {"code": code} if code else made

    def _add_groups(self) -> None:
        for title, names in (("Facility type", TYPES), ("Ownership", OWNERSHIPS)):
            group_set = self._object(f"set/{title}", title, code=title.upper().replace(" ", "_"))
            group_set["organisationUnitGroups"] = []
            self.group_sets[group_set["id"]] = group_set
            for code, name in names.items():
                group = self._object(f"group/{code}", name, code=code.upper())
                group |= {"organisationUnits": [], "groupSets": [group_set]}
                group_set["organisationUnitGroups"].append(group)
                self.groups[group["id"]] = group

    def _add_units(self, country: Country) -> None:
        root = self._unit("unit/LR", "Liberia", "LR", None, date(1970, 1, 1))
        self.root = root
        districts = {}
        for county in COUNTIES:
            parent = self._unit(f"unit/{county.code}", county.name, county.code, root, date(1970, 1, 1))
            for district in county.districts:
                name = f"{district.name} District"
                districts[district.code] = self._unit(
                    f"unit/{district.code}", name, district.code, parent, date(1970, 1, 1)
                )
        for number, facility in enumerate(country.facilities):
            self._facility(facility, districts[facility.district.code], number)

    def _unit(
        self, key: str, name: str, code: str, parent: Object | None, opened: date, uid: str = ""
    ) -> Object:
        unit = self._object(key, name, code=code, identity=uid)
        unit |= {"openingDate": f"{opened}T00:00:00.000", "organisationUnitGroups": []}
        if parent:
            unit["parent"] = parent
        self.units[unit["id"]] = unit
        return unit

    def _facility(self, facility: Facility, parent: Object, number: int) -> None:
        # Names come with stray spaces now and then, as third parties saw on real servers.
        name = f"{facility.name} " if number % 40 == 11 else facility.name
        unit = self._unit("", name, facility.code, parent, facility.opened, facility.uid)
        if facility.closed:
            unit["closedDate"] = f"{facility.closed}T00:00:00.000"
        if facility.position:
            latitude, longitude = facility.position
            unit["geometry"] = {"type": "Point", "coordinates": [longitude, latitude]}
        for code in (facility.type, facility.ownership):
            group = self.groups[unit_uid(f"group/{code}")]
            group["organisationUnits"].append(unit)
            unit["organisationUnitGroups"].append(group)

    def _add_forms(self) -> None:
        stock = [self._element(f"SOH_{code}", f"{name}, stock on hand") for code, name in PRODUCTS.items()]
        status = [
            self._element("FAC_OPEN", "Facility is open", "BOOLEAN"),
            self._element("STAFF_PRESENT", "Staff present"),
            # An element of two sets, which the dialect of 2.43 cannot place by itself.
            stock[-1],
        ]
        cases = [self._element(f"CASES_{code}", f"{name}, new cases") for code, name in DISEASES.items()]
        open_facilities = [u for u in self._facilities() if "closedDate" not in u]
        for code, name, period, elements in (
            ("STOCK_M", "Monthly stock by SMS", "Monthly", stock),
            ("STATUS_W", "Weekly facility status", "Weekly", status),
            ("IDSR_W", "Weekly disease surveillance", "Weekly", cases),
        ):
            form = self._object(f"dataset/{code}", name, code=code)
            form |= {
                "periodType": period,
                "openFuturePeriods": 0,
                "expiryDays": 0,
                "timelyDays": 15,
                "dataSetElements": [{"dataElement": element} for element in elements],
                "organisationUnits": open_facilities,
            }
            self.sets[form["id"]] = form

    def _facilities(self) -> Iterator[Object]:
        return (
            unit for unit in self.units.values() if unit["code"].count("-") == 2 and len(unit["code"]) > 9
        )

    def _element(self, code: str, name: str, kind: str = "INTEGER_ZERO_OR_POSITIVE") -> Object:
        element = self._object(f"element/{code}", name, code=code)
        element |= {
            "valueType": kind,
            "aggregationType": "LAST" if code.startswith("SOH") else "SUM",
            "domainType": "AGGREGATE",
            "zeroIsSignificant": code != DROPS_ZERO,
        }
        self.elements[element["id"]] = element
        return element
