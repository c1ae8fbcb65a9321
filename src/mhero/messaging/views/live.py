"""Fragments that a page asks for again and again."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response, set_response_etag


def fragment(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponseBase:
    """The rendered fragment, or 304 when the page has it already."""
    response = render(request, template, context)
    set_response_etag(response)
    return get_conditional_response(request, etag=response.headers["ETag"], response=response) or response
