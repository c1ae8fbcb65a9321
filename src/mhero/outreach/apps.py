from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "mhero.outreach"
    label = "outreach"
