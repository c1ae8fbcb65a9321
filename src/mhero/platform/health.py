"""What machines ask a running installation: is it there, can it work, how is it."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mhero.platform import metrics as measures

LOOPBACK = {"127.0.0.1", "::1", "::ffff:127.0.0.1"}


@never_cache
@require_safe
def health(_request: HttpRequest) -> HttpResponse:
    """The process answers; the database is not asked, so that its absence does not restart the process."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def ready(_request: HttpRequest) -> HttpResponse:
    """The process can do its work: the database answers too."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse(
            "the database does not answer\n", status=503, content_type="text/plain; charset=utf-8"
        )
    return HttpResponse("ready\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text, for this machine only. Behind a proxy everybody looks local, so it is refused."""
    is_forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    if is_forwarded or request.META.get("REMOTE_ADDR") not in LOOPBACK:
        return HttpResponse("metrics are read on the machine itself\n", status=403, content_type="text/plain")
    return HttpResponse(measures.text(), content_type=measures.CONTENT_TYPE)
