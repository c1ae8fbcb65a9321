from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "mhero.outreach"
    label = "outreach"

    def ready(self) -> None:
        from mhero.messaging.planned import list_with
        from mhero.outreach.gateway import FHIR
        from mhero.outreach.mobile_alerts.repeated import planned_by_others
        from mhero.outreach.planned import planned_for
        from mhero.registry.fhir.capability import announce

        list_with(planned_for, planned_by_others)
        announce(FHIR.capabilities())
