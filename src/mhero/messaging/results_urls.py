"""The pages of what was answered, and of the people of a send that asks questions."""

from django.urls import URLPattern, path

from mhero.messaging.views import results, results_file, watching

urlpatterns: list[URLPattern] = [
    path("results/", results.results, name="results"),
    path("results/<uuid:flow_id>/", results.results_of, name="results_of"),
    path("results/<uuid:flow_id>/way", watching.results_way, name="results_way"),
    path("results/<uuid:flow_id>/counts", watching.results_counts, name="results_counts"),
    path("results/<uuid:flow_id>/people", results.results_table, name="results_table"),
    path("results/<uuid:flow_id>/answers.csv", results_file.results_csv, name="results_csv"),
    path("results/<uuid:flow_id>/answers.xlsx", results_file.results_xlsx, name="results_xlsx"),
    path("results/<uuid:flow_id>/questions/<slug:key>", results.results_question, name="results_question"),
    path(
        "messages/<uuid:broadcast_id>/conversations",
        watching.broadcast_conversations,
        name="broadcast_conversations",
    ),
]
