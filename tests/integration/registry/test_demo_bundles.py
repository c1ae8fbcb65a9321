"""iHRIS 5's own demonstration data, dirt included, comes in whole."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class


@pytest.fixture
def bundles(conformance: Path) -> dict[str, list[dict[str, Any]]]:
    folder = conformance / "fhir" / "ihris5-demo"
    return {
        path.stem: [entry["resource"] for entry in json.loads(path.read_text())["entry"]]
        for path in sorted(folder.glob("*.json"))
    }


def batches(resources: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(resources), 500):
        yield resources[start : start + 500]


def test_every_record_of_the_demonstration_comes_in(
    db: None, bundles: dict[str, list[dict[str, Any]]]
) -> None:
    from mhero.registry.models import Origin, Person, Place, Resource
    from mhero.registry.services import Incoming, take_in

    sent = 0
    for name, resources in bundles.items():
        for batch in batches(resources):
            taken = take_in(
                name if name == "sample_facilty" else "ihris",
                [
                    Incoming(
                        key=f"{resource['resourceType']}/{resource['id']}",
                        type=resource["resourceType"],
                        body=resource,
                    )
                    for resource in batch
                ],
            )
            assert taken.refused == []
            assert taken.new == len(batch)
            sent += len(batch)
    assert Origin.objects.count() == sent
    assert Person.objects.count() == 1007
    assert not Place.objects.exclude(tree_problem="").exists()
    hospital = Place.objects.get(name="Rushonga Hospital")
    assert (hospital.kind, hospital.level, hospital.facility_type) == ("facility", 4, "HOSP")
    assert Person.objects.filter(place__isnull=False, is_active=True).count() > 900
    broken = Origin.objects.get(key="Location/TF.W.RSH.1").warnings
    assert broken == ["managingOrganization: bare text where a reference belongs"]
    for resource in Resource.objects.filter(is_deleted=False):
        document = {"resourceType": resource.type, "id": str(resource.id), **resource.body}
        get_fhir_model_class(resource.type).model_validate(document)
