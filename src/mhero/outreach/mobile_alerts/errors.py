"""Why a request of another system is refused. Each becomes an OperationOutcome."""

from mhero.outreach.fhir.errors import ResourceRefused


class AlertRefused(ResourceRefused):
    """The request cannot be carried out as it is."""

    code = "alert_refused"


class AnotherAlert(AlertRefused):
    """There is another request with this identifier, and it says something else."""

    code = "another_alert"
    status = 409
    issue = "duplicate"


class AlertOver(AlertRefused):
    """The messages have left already."""

    code = "alert_over"
    status = 409
    issue = "conflict"


class NotNow(AlertRefused):
    """No text message provider is connected and on. Try again later."""

    code = "alert_not_now"
    retryable = True
    status = 503
    issue = "transient"
