from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "mhero.console"
    label = "console"
