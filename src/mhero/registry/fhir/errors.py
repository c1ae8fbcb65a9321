"""What the FHIR server answers when it cannot answer. Each becomes an OperationOutcome."""

from mhero.registry.errors import RegistryError


class FHIRError(RegistryError):
    """The request could not be answered."""

    code = "fhir"
    #: The HTTP status, and the code of FHIR's issue-type value set.
    status = 400
    issue = "processing"
    #: The element that it is about, as a FHIRPath; empty where it is about the whole request.
    expression = ""


class NotUnderstood(FHIRError):
    """The request was not understood."""

    code = "fhir_not_understood"
    issue = "invalid"


class NotHere(FHIRError):
    """There is no such resource."""

    code = "fhir_not_here"
    status = 404
    issue = "not-found"


class Deleted(FHIRError):
    """The resource has been deleted."""

    code = "fhir_deleted"
    status = 410
    issue = "deleted"


class Forbidden(FHIRError):
    """The client's roles do not allow it."""

    code = "fhir_forbidden"
    status = 403
    issue = "forbidden"


class NotSupported(FHIRError):
    """The server does not do this."""

    code = "fhir_not_supported"
    status = 405
    issue = "not-supported"


class NotAcceptable(FHIRError):
    """The server speaks JSON only."""

    code = "fhir_not_acceptable"
    status = 406
    issue = "not-supported"
