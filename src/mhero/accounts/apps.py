from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "mhero.accounts"
    label = "accounts"
