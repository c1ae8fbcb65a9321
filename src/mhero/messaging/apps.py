from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "mhero.messaging"
    label = "messaging"
