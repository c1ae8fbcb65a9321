"""The addresses of the exchange's pages."""

from django.urls import path

from mhero.exchange.views import channels, clients, syncs, transactions

OPERATIONS = "operations/"

urlpatterns = [
    path(f"{OPERATIONS}transactions/", transactions.transactions, name="transactions"),
    path(
        f"{OPERATIONS}transactions/<uuid:transaction_id>/",
        transactions.transaction,
        name="transaction",
    ),
    path(
        f"{OPERATIONS}transactions/<uuid:transaction_id>/body/",
        transactions.transaction_body,
        name="transaction_body",
    ),
    path(f"{OPERATIONS}channels/", channels.channels, name="channels"),
    path(f"{OPERATIONS}channels/new/", channels.channel_new, name="channel_new"),
    path(f"{OPERATIONS}channels/<uuid:channel_id>/", channels.channel, name="channel"),
    path(f"{OPERATIONS}clients/", clients.clients, name="clients"),
    path(f"{OPERATIONS}clients/new/", clients.client_new, name="client_new"),
    path(f"{OPERATIONS}clients/<uuid:client_id>/", clients.client, name="client"),
    path(
        f"{OPERATIONS}clients/<uuid:client_id>/password/",
        clients.client_password,
        name="client_password",
    ),
    path(
        f"{OPERATIONS}clients/<uuid:client_id>/certificate/",
        clients.client_certificate,
        name="client_certificate",
    ),
    path(f"{OPERATIONS}syncs/", syncs.syncs, name="syncs"),
    path(f"{OPERATIONS}syncs/<uuid:channel_id>/now/", syncs.sync_now, name="sync_now"),
    path(f"{OPERATIONS}syncs/<uuid:channel_id>/refused.csv", syncs.refused_file, name="refused_file"),
    path(f"{OPERATIONS}syncs/runs/<uuid:run_id>/", syncs.run, name="run"),
    path(f"{OPERATIONS}syncs/runs/<uuid:run_id>/live/", syncs.run_status, name="run_status"),
    path(f"{OPERATIONS}syncs/refused/<uuid:record_id>/", syncs.refused_record, name="refused_record"),
]
