"""Addresses of other rooms' pages, for those who may open them."""

from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from mhero.accounts.models import User


def link(user: User, permission: str, url_name: str, *arguments: object, **query: str) -> str:
    """The page's address; empty when the person may not open it, or when there is no such page."""
    if not user.may(permission):
        return ""
    try:
        address = reverse(url_name, args=arguments)
    except NoReverseMatch:
        return ""
    return f"{address}?{urlencode(query)}" if query else address
