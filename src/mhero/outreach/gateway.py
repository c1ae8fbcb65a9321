"""What other systems reach of the uses through the gateway."""

from typing import Final

from mhero.outreach.care.resources import SERVED as VISITS
from mhero.outreach.fhir.answers import Answer, Caller
from mhero.outreach.fhir.bundles import answer_bundle
from mhero.outreach.fhir.door import answered, in_threads
from mhero.outreach.fhir.reading import Json
from mhero.outreach.fhir.resources import Resources
from mhero.outreach.fhir.searching import Query
from mhero.outreach.mobile_alerts import emnutt
from mhero.outreach.mobile_alerts.resources import STANDARD as ALERTS
from mhero.outreach.referrals.resources import SERVED as REFERRALS
from mhero.platform.gateway import LocalRequest, LocalResponse

#: Each use adds its resources here, their channel and role in `exchange.seeds`.
FHIR: Final = Resources([*ALERTS.served(), *REFERRALS, *VISITS])


def answer_fhir(request: LocalRequest) -> LocalResponse:
    """FHIR R4 at `/fhir`, beside the registry's own resources."""
    return answered(request, "fhir", _fhir)


def answer_emnutt(request: LocalRequest) -> LocalResponse:
    """The paths that iHRIS 5's messaging pages call."""
    return answered(request, emnutt.BASE, emnutt.answer)


def _fhir(method: str, steps: list[str], query: Query, body: Json, caller: Caller) -> Answer:
    below = steps[1:]
    if method == "POST" and not below:
        return answer_bundle(body, FHIR.answer, caller)
    return FHIR.answer(method, below, query, body, caller)


serve_fhir = in_threads(answer_fhir)
serve_emnutt = in_threads(answer_emnutt)
