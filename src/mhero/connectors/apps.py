from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    name = "mhero.connectors"
    label = "connectors"

    def ready(self) -> None:
        from mhero.connectors.contacts.country import tree
        from mhero.messaging.places import read_with

        read_with(tree)
