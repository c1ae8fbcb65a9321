from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    name = "mhero.connectors"
    label = "connectors"
