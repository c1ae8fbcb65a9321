from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "mhero.exchange"
    label = "exchange"
