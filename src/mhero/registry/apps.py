from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "mhero.registry"
    label = "registry"
