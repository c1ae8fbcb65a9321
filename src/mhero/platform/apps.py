from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "mhero.platform"
    label = "platform"
