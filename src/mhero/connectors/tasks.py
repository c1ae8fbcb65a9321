"""The connectors' mediators, registered by being imported here, and the pump that lets contacts follow."""

from mhero.connectors import changing
from mhero.connectors.contacts.following import pump
from mhero.connectors.dhis2 import changing as dhis2_changing
from mhero.connectors.dhis2 import mediator as dhis2
from mhero.connectors.dhis2 import pushing
from mhero.connectors.ihris import changing as ihris_changing
from mhero.connectors.ihris import mediator as ihris
from mhero.platform.worker import Pump

__all__ = ["dhis2", "dhis2_changing", "ihris", "ihris_changing", "pumps"]


def pumps() -> list[Pump]:
    return [pump(), pushing.pump(), changing.pump()]
