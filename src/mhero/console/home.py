"""The home page: what needs me, who can be reached, and how the last days went."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render

from mhero.accounts.access import SignedInRequest, requires


def home(request: SignedInRequest) -> HttpResponse:
    return render(request, "console/home.html")


@requires("people.view")
def map_data(_request: SignedInRequest) -> JsonResponse:
    return JsonResponse({"points": [], "areas": []})
