"""What can go wrong between mHero and the systems it reads."""

from mhero.platform.errors import MheroError


class ConnectorError(MheroError):
    """The connected system could not be read."""

    code = "connector_error"


class CalendarUnsupported(ConnectorError):
    """This DHIS2 counts its days in another calendar than the Gregorian one, which mHero cannot read yet."""

    code = "calendar_unsupported"


class NotAFHIRServer(ConnectorError):
    """There is data at this address, but not that of a FHIR server."""

    code = "not_a_fhir_server"


class NotADHIS2(ConnectorError):
    """There is data at this address, but not that of a DHIS2."""

    code = "not_a_dhis2"


class WrongFHIRVersion(ConnectorError):
    """This server speaks another version of FHIR than R4."""

    code = "wrong_fhir_version"
