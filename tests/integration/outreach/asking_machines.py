"""Other systems that ask mHero to say something, as the gateway hands their requests on."""

import json
from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode, urlsplit

from fhir.resources.R4B import get_fhir_model_class

from mhero.platform.gateway import LocalRequest, LocalResponse

Json = dict[str, Any]

#: A client of the standard, and iHRIS.
STANDARD, PAGES = frozenset({"mobile-alerts"}), frozenset({"messaging-pages"})


class Machine:
    """One client at one of the two doors; every resource that it gets is checked against R4."""

    def __init__(self, client_id: str, roles: Collection[str]) -> None:
        self.client_id = client_id
        self.roles = frozenset(roles)
        self.base = "/emNutt/fhir" if PAGES & self.roles else "/fhir"

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        **query: str,
    ) -> tuple[int, Json]:
        response = self.response(method, path, body, headers, **query)
        answer: Json = json.loads(response.body) if response.body else {}
        validate(answer)
        return response.status, answer

    def response(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        **query: str,
    ) -> LocalResponse:
        from mhero.outreach.gateway import answer_emnutt, answer_fhir

        parts = urlsplit(path)
        answer = answer_emnutt if PAGES & self.roles else answer_fhir
        sent = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return answer(
            LocalRequest(
                method=method,
                path=parts.path if parts.path.startswith("/") else f"{self.base}/{parts.path}".rstrip("/"),
                query_string=parts.query or urlencode({k.replace("__", ":"): v for k, v in query.items()}),
                headers={"host": "mhero.example.org", "content-type": "application/fhir+json"}
                | (headers or {}),
                body=sent,
                client_id=self.client_id,
                client_roles=self.roles,
                ip="127.0.0.1",
            )
        )


def machine(client_id: str, *roles: str) -> Machine:
    from mhero.exchange.models import Client

    Client.objects.create(client_id=client_id, name=client_id.title(), roles=list(roles))
    return Machine(client_id, roles)


def validate(answer: Json) -> None:
    """Raises when a resource, or one in a bundle, is not R4. emNutt's own answers are no resources."""
    if "resourceType" in answer:
        # iHRIS asks for the progress under this name, which FHIR does not have.
        resource = {name: value for name, value in answer.items() if name != "reqID"}
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)


def person(number: int) -> str:
    """The reference to a person of the small country."""
    from uuid import UUID

    return f"Practitioner/{UUID(int=number, version=4)}"


def request(*recipients: str, text: str = "Clinic closed today.", **elements: Any) -> Json:
    return {
        "resourceType": "CommunicationRequest",
        "status": "active",
        "payload": [{"contentString": text}],
        "recipient": [{"reference": one} for one in recipients],
        **elements,
    }


def known_to_ihris() -> None:
    """Gives the people of the small country to iHRIS, which calls them Practitioner/P1 and so on."""
    from mhero.platform.clock import now
    from mhero.registry.models import Origin, Person, Resource

    for id in Person.objects.values_list("id", flat=True):
        key = f"P{id.int & 0xFF}"
        body = {"identifier": [{"system": "urn:payroll", "value": key}]}
        Resource.objects.create(id=id, type="Practitioner", updated_at=now(), body=body)
        Origin.objects.create(resource_id=id, source="ihris", key=f"Practitioner/{key}", digest="")
