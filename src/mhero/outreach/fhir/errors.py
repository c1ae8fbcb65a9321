"""Why a resource of another system is not taken. Each becomes an OperationOutcome."""

from mhero.registry.fhir.errors import FHIRError


class ResourceRefused(FHIRError):
    """The resource cannot be taken as it is."""

    code = "fhir_resource_refused"
    status = 422

    def __init__(self, message: str | None = None, expression: str = "") -> None:
        super().__init__(message)
        #: The element that is wrong, such as `CommunicationRequest.payload`.
        self.expression = expression


class FormatNotTaken(FHIRError):
    """The server takes JSON only: application/fhir+json."""

    code = "fhir_format_not_taken"
    status = 415
    issue = "not-supported"


class VersionConflict(FHIRError):
    """The resource has changed since it was read. Read it again."""

    code = "fhir_version_conflict"
    status = 412
    issue = "conflict"


class SeveralMatch(FHIRError):
    """Several resources match If-None-Exist, so it is not clear which is meant."""

    code = "fhir_several_match"
    status = 412
    issue = "multiple-matches"
