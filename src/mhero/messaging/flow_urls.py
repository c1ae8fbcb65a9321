"""The pages of flows and of their editor."""

from django.urls import URLPattern, path

from mhero.messaging.views import flow_editor, flow_files, flows, simulator

urlpatterns: list[URLPattern] = [
    path("flows/", flows.flows, name="flows"),
    path("flows/new", flows.flow_new, name="flow_new"),
    path("flows/import", flow_files.flow_import, name="flow_import"),
    path("flows/import/<uuid:file_id>/", flow_files.flow_import_check, name="flow_import_check"),
    path("flows/file", flow_files.flows_file, name="flows_file"),
    path("flows/people", simulator.flow_people, name="flow_people"),
    path("flows/<uuid:flow_id>/", flows.flow, name="flow"),
    path("flows/<uuid:flow_id>/name", flows.flow_rename, name="flow_rename"),
    path("flows/<uuid:flow_id>/publish", flows.flow_publish, name="flow_publish"),
    path("flows/<uuid:flow_id>/copy", flows.flow_duplicate, name="flow_duplicate"),
    path("flows/<uuid:flow_id>/archive", flows.flow_archive, name="flow_archive"),
    path("flows/<uuid:flow_id>/restore/<int:revision>", flows.flow_restore, name="flow_restore"),
    path("flows/<uuid:flow_id>/file", flow_files.flow_file, name="flow_file"),
    path("flows/<uuid:flow_id>/edit", flow_editor.flow_edit, name="flow_edit"),
    path("flows/<uuid:flow_id>/definition", flow_editor.flow_definition, name="flow_definition"),
    path("flows/<uuid:flow_id>/publish-now", flow_editor.flow_publish_now, name="flow_publish_now"),
    path("flows/<uuid:flow_id>/try", simulator.flow_try, name="flow_try"),
    path("flows/<uuid:flow_id>/simulate", simulator.flow_simulate, name="flow_simulate"),
]
