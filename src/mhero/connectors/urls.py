from django.urls import path

from mhero.connectors import views

urlpatterns = [
    path("operations/connections/", views.connections, name="connections"),
    path("operations/connections/<slug:system>/", views.connection, name="connection"),
]
