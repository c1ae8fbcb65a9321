from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "mhero.outreach"
    label = "outreach"

    def ready(self) -> None:
        from mhero.messaging.planned import list_with
        from mhero.outreach.gateway import FHIR
        from mhero.outreach.planned import planned_for
        from mhero.registry.fhir.capability import announce

        list_with(planned_for)
        announce(FHIR.capabilities())
