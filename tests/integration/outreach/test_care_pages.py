"""The pages of clients' visits: who sees whom, what is audited, and clients from a spreadsheet."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook
from tests.integration.console.world import World, fill


@pytest.fixture
def world(db: None) -> World:
    return fill()


def browser(world: World, who: str = "administrator") -> Any:
    from django.test import Client

    client = Client()
    client.force_login(world.visitors[who])
    return client


def text(response: Any) -> str:
    content = b"".join(response) if response.streaming else response.content
    words: str = content.decode()
    return words


def audited(action: str) -> list[int]:
    from mhero.accounts.models import AuditEvent

    return list(AuditEvent.objects.filter(action=action).order_by("id").values_list("people", flat=True))


def today() -> date:
    from mhero.outreach.care import queries

    return queries.today()


def test_the_overview_counts_down_to_the_facility_and_is_audited(world: World) -> None:
    from mhero.registry.models import Place

    korto = browser(world)
    page = text(korto.get("/care/"))
    assert "Bong" in page
    gbarnga = Place.objects.get(name="Gbarnga")
    assert f"/care/clients/?place={world.samples['place_id']}" in text(
        korto.get(f"/care/?place={gbarnga.id}")
    )
    assert audited("clients.counted") == [0, 0]


def test_reading_clients_is_audited_and_numbers_are_for_those_who_may(world: World) -> None:
    korto = browser(world)
    assert "Hawa Dolo" in text(korto.get("/care/clients/?state=soon&name=hawa"))
    assert "Hawa Dolo" not in text(korto.get("/care/clients/?state=done"))
    page = text(korto.get(f"/care/clients/{world.samples['care_client_id']}/"))
    assert "+231770000099" in page
    assert "Musu Kollie" in page
    assert "&lt;" not in page
    assert audited("clients.listed") == [1, 0]
    assert audited("clients.viewed") == [1]
    assert browser(world, "viewer").get("/care/clients/").status_code == 403


def test_a_district_officer_sees_her_districts_clients_alone(world: World) -> None:
    from mhero.outreach.care.models import CareClient, Visit
    from mhero.registry.models import Place

    flomo = browser(world, "Flomo, a district officer")
    client, visit = world.samples["care_client_id"], world.samples["visit_id"]
    addresses = (
        f"/care/clients/{client}/",
        f"/care/clients/{client}/change",
        f"/care/clients/{client}/visits/new",
        f"/care/visits/{visit}/",
    )
    for address in addresses:
        assert flomo.get(address).status_code == 200
    lofa = Place.objects.get(name="Lofa")
    assert flomo.get(f"/care/?place={lofa.id}").status_code == 404
    assert flomo.get(f"/care/missed/file.csv?place={lofa.id}").status_code == 404
    CareClient.objects.update(facility=lofa)
    Visit.objects.update(facility=lofa)
    for address in addresses:
        assert flomo.get(address).status_code == 404
    for address in addresses[1:]:
        assert flomo.post(address, {"outcome": "done"}).status_code == 404
    assert "Hawa Dolo" not in text(flomo.get("/care/clients/"))
    assert flomo.post("/care/rules/", {}).status_code == 404
    assert flomo.get("/care/kinds/new").status_code == 404


def test_a_client_is_added_once_and_what_is_wrong_is_said_at_the_field(world: World) -> None:
    from mhero.outreach.care import queries
    from mhero.outreach.care.models import CareClient

    korto = browser(world)
    (kind,) = queries.kinds()
    day = today() + timedelta(days=5)
    good = {
        "name": "Sia Toe",
        "facility": "phebe",
        "kind": str(kind.id),
        "due_on": day.isoformat(),
        "phone": "0770 000 098",
        "agreed": "on",
        "language": "en",
        "worker": "musu",
    }
    wrong = {
        "facility": ("Nowhere", "No facility of your area is called"),
        "phone": ("0770", "This number cannot be texted"),
        "worker": ("Nobody", "No health worker of the facility is called so"),
        "due_on": ("31/2/2027", "Write the day like"),
        "name": ("", "Enter a name"),
    }
    for field, (value, words) in wrong.items():
        page = text(korto.post("/care/clients/new", good | {field: value}))
        assert words in page
        assert value in page
    assert CareClient.objects.count() == 1
    assert korto.post("/care/clients/new", good).status_code == 302
    assert korto.post("/care/clients/new", good).status_code == 302
    sia = CareClient.objects.get(name="Sia Toe")
    assert (sia.phone, sia.agreed, sia.visits.count()) == ("+231770000098", True, 1)
    assert sia.worker_id is not None
    change = good | {"name": "Sia Toe-Williams", "agreed": ""}
    assert korto.post(f"/care/clients/{sia.id}/change", change).status_code == 302
    sia.refresh_from_db()
    assert (sia.name, sia.agreed) == ("Sia Toe-Williams", False)


def test_the_visits_of_a_client_follow_to_another_facility(world: World) -> None:
    from mhero.outreach.care.models import CareClient, Visit
    from mhero.registry.models import Place

    korto, client = browser(world), CareClient.objects.get()
    change = {"name": client.name, "facility": "Zorzor Clinic", "language": "en"}
    assert korto.post(f"/care/clients/{client.id}/change", change).status_code == 302
    zorzor = Place.objects.get(name="Zorzor Clinic")
    assert list(Visit.objects.values_list("facility_id", flat=True)) == [zorzor.id]


def test_an_officer_says_what_became_of_a_visit(world: World) -> None:
    from mhero.outreach.care.models import Visit

    korto, visit = browser(world), world.samples["visit_id"]
    address = f"/care/visits/{visit}/"
    assert "Enter the new day" in text(korto.post(address, {"outcome": "moved"}))
    assert "This day is not over yet" in text(
        korto.post(address, {"outcome": "done", "day": (today() + timedelta(days=2)).isoformat()})
    )
    assert korto.post(address, {"outcome": "missed"}).status_code == 302
    assert Visit.objects.get(id=visit).state == "missed"
    page = text(korto.get("/care/missed/"))
    assert "Phebe Hospital" in page
    assert "Hawa Dolo" in page
    lines = text(korto.get("/care/missed/file.csv")).splitlines()
    assert lines[1].startswith("Bong,Gbarnga,Phebe Hospital,Hawa Dolo,,visit,")
    assert audited("clients.exported") == [1]


def test_a_kind_of_visit_that_gives_the_client_away_is_refused_with_the_reason(world: World) -> None:
    from mhero.outreach.care.models import VisitKind

    korto = browser(world)
    names = {"name_en": "dose", "name_fr": "dose", "name_sw": "dozi"}
    for field, word in (("name_en", "HIV visit"), ("name_fr", "visite CPN"), ("name_sw", "matokeo")):
        page = text(korto.post("/care/kinds/new", names | {field: word}))
        assert "tells what the client has or is tested for" in page
    assert VisitKind.objects.count() == 1
    assert korto.post("/care/kinds/new", names).status_code == 302
    kind = VisitKind.objects.get(name_sw="dozi")
    assert korto.post(f"/care/kinds/{kind.id}/archive").status_code == 302
    assert korto.post(f"/care/kinds/{world.samples['visit_kind_id']}/archive").status_code == 302
    # One has to stay.
    assert VisitKind.objects.filter(archived_at=None).count() == 1


def test_the_rules_keep_to_what_makes_sense(world: World) -> None:
    from mhero.outreach.care import queries

    korto = browser(world)
    good = {
        "before": "7, 1",
        "on_day": "on",
        "after": "2",
        "remind_at": "07:30",
        "missed_after_days": "10",
        "retention_days": "60",
    }
    assert "Write numbers of days" in text(korto.post("/care/rules/", good | {"before": "soon"}))
    assert "later than the last reminder" in text(korto.post("/care/rules/", good | {"after": "12"}))
    assert korto.post("/care/rules/", good).status_code == 302
    rules = queries.rules()
    assert (rules.days, rules.tells_clients, rules.retention_days) == ([-7, -1, 0, 2], False, 60)


def rows_of_file() -> list[list[Any]]:
    day = today() + timedelta(days=9)
    return [
        ["Client name", "Card no", "Health facility", "Next visit", "Mobile", "Consent"],
        ["Sia Toe", "101", "Phebe Hospital", day, "0770 000 098", "yes"],
        ["Fatu Kamara", 102, "phebe hospital", f"{day:%d/%m/%Y}", "0770", "yes"],
        ["Kebbeh Sumo", "103", "Klay", f"{day:%d %B %Y}", "", ""],
        [None, None, None, None, None, None],
        ["Sia Toe", "101", "Phebe Hospital", f"{day:%Y-%m-%d}", "", "no"],
        ["Yassah Paye", "104", "Phebe Hospital", f"{day:%d-%b-%Y}", "", "no"],
        ["Hawa Dolo", "", "Phebe Hospital", today().isoformat(), "", "no"],
    ]


def workbook(rows: list[list[Any]]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def commas(rows: list[list[Any]]) -> bytes:
    return "\r\n".join(";".join("" if cell is None else str(cell) for cell in row) for row in rows).encode(
        "cp1252"
    )


@pytest.mark.parametrize(("name", "made"), [("clients.xlsx", workbook), ("clients.csv", commas)])
def test_good_rows_are_added_when_told_so_and_bad_ones_handed_back(
    world: World, name: str, made: Any
) -> None:
    from mhero.outreach.care.models import CareClient, ClientFile

    korto = browser(world)
    upload = SimpleUploadedFile(name, made(rows_of_file()))
    columns = korto.post("/care/upload/", {"file": upload})
    file = ClientFile.objects.latest("created_at")
    assert columns.url == f"/care/upload/{file.id}/"
    assert file.columns == {"name": 0, "number": 1, "facility": 2, "due_on": 3, "phone": 4, "agreed": 5}
    assert "Say which column holds" in text(korto.post(columns.url, {"name": "0", "facility": "2"}))
    check = korto.post(columns.url, {field: str(place) for field, place in file.columns.items()}).url
    page = text(korto.get(check))
    assert "Add 2 visits" in page
    for words in (
        "This number cannot be texted",
        "No facility of your area is called “Klay”",
        "The same visit is in row 2",
        "This visit is there already",
    ):
        assert words in page
    assert "E Client’s phone number" in page
    assert CareClient.objects.count() == 1
    assert korto.post(check).status_code == 302
    assert korto.post(check).status_code == 302
    added = CareClient.objects.filter(source="file").order_by("number")
    assert list(added.values_list("name", "number", "phone", "agreed")) == [
        ("Sia Toe", "101", "+231770000098", True),
        ("Yassah Paye", "104", "", False),
    ]
    lines = text(korto.get(f"/care/upload/{file.id}/bad.csv")).splitlines()
    assert [line.partition(",")[0] for line in lines[1:]] == [
        "Fatu Kamara",
        "Kebbeh Sumo",
        "Sia Toe",
        "Hawa Dolo",
    ]
    assert "This number cannot be texted" in lines[1]
    other = browser(world, "communications_officer")
    assert other.get(check).status_code == 404


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\0\0", b"PK\x03\x04 not a zip", b"Name;Day\r\n"])
def test_what_is_no_spreadsheet_is_told_so(world: World, content: bytes) -> None:
    korto = browser(world)
    page = korto.post("/care/upload/", {"file": SimpleUploadedFile("clients.xlsx", content)})
    assert page.status_code == 200
    assert "Error:" in text(page)


def test_a_spreadsheet_is_not_kept_longer_than_a_day(world: World) -> None:
    from mhero.outreach.care.models import ClientFile
    from mhero.outreach.care.retention import look_after_clients
    from mhero.platform.clock import now

    look_after_clients(lambda: now() + timedelta(hours=23))
    assert ClientFile.objects.count() == 1
    look_after_clients(lambda: now() + timedelta(hours=25))
    assert ClientFile.objects.count() == 0
