"""The console's map: every room's pages, and what machines ask a running installation."""

from django.conf import settings
from django.urls import include, path

from mhero.console import alert_map, first_steps, home, results_map, stock_map, team, views
from mhero.platform import health

urlpatterns = [
    path("", home.home, name="home"),
    path("home/map.json", home.map_data, name="home_map"),
    path("results/<uuid:flow_id>/map.json", results_map.results_map, name="results_map"),
    path("alerts/<uuid:alert_id>/map.json", alert_map.alert_map, name="alert_map"),
    path("stock/map.json", stock_map.stock_map, name="stock_map"),
    path("first-steps/", first_steps.first_steps, name="first_steps"),
    path("settings/go-live/", first_steps.go_live, name="go_live"),
    path("settings/team/", team.team, name="team"),
    path("settings/team/invite/", team.invite, name="invite"),
    path("settings/team/invitations/<uuid:invitation_id>/", team.withdraw, name="withdraw"),
    path("settings/team/<uuid:user_id>/", team.member, name="member"),
    path("settings/team/<uuid:user_id>/deactivate/", team.deactivate, name="deactivate"),
    path("settings/team/<uuid:user_id>/reactivate/", team.reactivate, name="reactivate"),
    path("settings/team/<uuid:user_id>/reset/", team.reset_password, name="reset_password"),
    path("", include("mhero.accounts.urls")),
    path("", include("mhero.exchange.urls")),
    path("", include("mhero.registry.urls")),
    path("", include("mhero.messaging.urls")),
    path("", include("mhero.messaging.results_urls")),
    path("", include("mhero.connectors.urls")),
    path("", include("mhero.outreach.urls")),
    path("health", health.health, name="health"),
    path("ready", health.ready, name="ready"),
    path("metrics", health.metrics, name="metrics"),
]
if settings.DEBUG:
    urlpatterns += [path("styleguide", views.styleguide, name="styleguide")]

handler400 = "mhero.console.views.bad_request"
handler403 = "mhero.console.views.permission_denied"
handler404 = "mhero.console.views.page_not_found"
handler429 = "mhero.console.views.too_many_requests"
handler500 = "mhero.console.views.server_error"
