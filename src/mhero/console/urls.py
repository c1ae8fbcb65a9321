"""The console's map: every room's pages, sign-in, and what machines ask a running installation."""

from django.conf import settings
from django.urls import include, path

from mhero.console import views
from mhero.platform import health

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("mhero.accounts.urls")),
    path("", include("mhero.exchange.urls")),
    path("", include("mhero.registry.urls")),
    path("", include("mhero.messaging.urls")),
    path("", include("mhero.connectors.urls")),
    path("", include("mhero.outreach.urls")),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("health", health.health, name="health"),
    path("ready", health.ready, name="ready"),
    path("metrics", health.metrics, name="metrics"),
]
if settings.DEBUG:
    urlpatterns += [path("styleguide", views.styleguide, name="styleguide")]

handler400 = "mhero.console.views.bad_request"
handler403 = "mhero.console.views.permission_denied"
handler404 = "mhero.console.views.page_not_found"
handler500 = "mhero.console.views.server_error"
