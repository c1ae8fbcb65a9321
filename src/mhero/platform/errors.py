"""The root of every room's tree of errors."""


class MheroError(Exception):
    """Something mHero could not do. A subclass's docstring is its message.

    A room's errors form one tree under a class of its own, and each says by `code` what it is and by
    `retryable` whether trying the same thing again can help.
    """

    code = "error"
    retryable = False

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip().split("\n")[0])


class ConfigurationError(MheroError):
    """A setting has a value that cannot be used."""

    code = "configuration"


class PartnerError(MheroError):
    """A connected system did not do what was asked of it."""

    code = "partner_error"


class PartnerUnavailable(PartnerError):
    """The connected system did not answer in time."""

    code = "partner_unavailable"
    retryable = True


class PartnerRefused(PartnerError):
    """The connected system refused the request."""

    code = "partner_refused"


class PartnerSpokeNonsense(PartnerError):
    """The connected system answered something that cannot be understood."""

    code = "partner_nonsense"
