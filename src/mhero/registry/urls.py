"""The registry's pages."""

from django.urls import URLPattern, path

from mhero.registry.views import facilities, files, people, problems

urlpatterns: list[URLPattern] = [
    path("people/", people.people, name="people"),
    path("people/file", files.people_file, name="people_file"),
    path("people/phone-problems/", problems.phone_problems, name="phone_problems"),
    path("people/phone-problems/file", files.phone_problems_file, name="phone_problems_file"),
    path("people/<uuid:person_id>/", people.person, name="person"),
    path("people/<uuid:person_id>/number", people.person_number, name="person_number"),
    path("people/<uuid:person_id>/language", people.person_language, name="person_language"),
    path("facilities/", facilities.facilities, name="facilities"),
    path("facilities/<uuid:place_id>/", facilities.facility, name="facility"),
    path("facilities/<uuid:place_id>/point", facilities.facility_point, name="facility_point"),
]
