"""The stock's pages: what a district officer sees, and what the whole country's officers alone may change."""

from typing import Any

import pytest
from tests.integration.console.world import World, fill


@pytest.fixture
def world(db: None) -> World:
    return fill()


def browser(world: World, who: str) -> Any:
    from django.test import Client

    client = Client()
    client.force_login(world.visitors[who])
    return client


def text(response: Any) -> str:
    content = b"".join(response) if response.streaming else response.content
    words: str = content.decode()
    return words


def test_the_board_counts_what_is_out_of_stock_down_to_the_facility(world: World) -> None:
    from mhero.registry.models import Place

    korto = browser(world, "administrator")
    assert "1 of 1" in text(korto.get("/stock/"))
    gbarnga = Place.objects.get(name="Gbarnga")
    page = text(korto.get(f"/stock/?place={gbarnga.id}"))
    assert "Phebe Hospital" in page
    assert "Out of stock" in page
    drawn = korto.get("/stock/map.json").json()
    assert [(one["name"], one["value"]) for one in drawn["points"]] == [("Bong", 1)]


def test_the_file_has_every_product_of_every_facility(world: World) -> None:
    lines = text(browser(world, "viewer").get("/stock/file.csv")).splitlines()
    assert lines[0].startswith("\ufeffCounty,District,Facility,Product,Short code")
    assert lines[1].startswith("Bong,Gbarnga,Phebe Hospital,Artemether-lumefantrine,mal,tablets")


def test_a_district_officer_sees_her_district_alone_and_changes_nothing(world: World) -> None:
    from mhero.outreach.stock.models import StockProduct
    from mhero.registry.models import Place

    flomo = browser(world, "Flomo, a district officer")
    assert "Phebe Hospital" in text(flomo.get("/stock/"))
    lofa = Place.objects.get(name="Lofa")
    for address in (
        f"/stock/?place={lofa.id}",
        f"/stock/map.json?place={lofa.id}",
        f"/stock/file.csv?place={lofa.id}",
    ):
        assert flomo.get(address).status_code == 404
    product = StockProduct.objects.get()
    assert flomo.get("/stock/rules/").status_code == 200
    assert flomo.post("/stock/rules/", {}).status_code == 404
    assert flomo.post(f"/stock/products/{product.id}/archive").status_code == 404
    assert flomo.post("/stock/products/new", {"name": "Zinc", "code": "zi"}).status_code == 404


def test_a_product_keeps_to_what_a_report_can_tell(world: World) -> None:
    from mhero.outreach.stock.models import StockProduct

    korto = browser(world, "administrator")
    fields = {"name": "Zinc", "unit": "tablet", "other_names": "zinc\nZn"}
    for code in ("soh", "tabs", "mal", "20", "none", "expired"):
        assert korto.post("/stock/products/new", fields | {"code": code}).status_code == 200
    assert korto.post("/stock/products/new", fields | {"code": "ZI"}).status_code == 302
    assert StockProduct.objects.get(name="Zinc").code == "zi"
    taken = fields | {"name": "Other", "code": "oth", "other_names": "zn"}
    assert korto.post("/stock/products/new", taken).status_code == 200


def test_reading_reports_is_audited(world: World) -> None:
    from mhero.accounts.models import AuditEvent

    address = f"/stock/facilities/{world.samples['place_id']}/"
    page = text(browser(world, "administrator").get(address))
    assert "soh mal 0" in page
    assert "Musu Kollie" in page
    assert AuditEvent.objects.filter(action="stock_reports.read", people=1).exists()
