from django.urls import path

from mhero.outreach.care.views import clients, overview, setup, upload

urlpatterns = [
    path("care/", overview.care, name="care"),
    path("care/missed/", overview.care_missed, name="care_missed"),
    path("care/missed/file.csv", overview.care_missed_file, name="care_missed_file"),
    path("care/clients/", clients.care_clients, name="care_clients"),
    path("care/clients/new", clients.care_client_new, name="care_client_new"),
    path("care/clients/<uuid:care_client_id>/", clients.care_client, name="care_client"),
    path("care/clients/<uuid:care_client_id>/change", clients.care_client_change, name="care_client_change"),
    path("care/clients/<uuid:care_client_id>/visits/new", clients.care_visit_new, name="care_visit_new"),
    path("care/visits/<uuid:visit_id>/", clients.care_visit, name="care_visit"),
    path("care/upload/", upload.care_upload, name="care_upload"),
    path("care/upload/<uuid:client_file_id>/", upload.care_upload_columns, name="care_upload_columns"),
    path("care/upload/<uuid:client_file_id>/check", upload.care_upload_check, name="care_upload_check"),
    path("care/upload/<uuid:client_file_id>/bad.csv", upload.care_upload_bad, name="care_upload_bad"),
    path("care/rules/", setup.care_rules, name="care_rules"),
    path("care/kinds/new", setup.care_kind_new, name="care_kind_new"),
    path("care/kinds/<uuid:visit_kind_id>/", setup.care_kind, name="care_kind"),
    path("care/kinds/<uuid:visit_kind_id>/archive", setup.care_kind_archive, name="care_kind_archive"),
]
