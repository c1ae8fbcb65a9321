"""What can go wrong in the exchange."""

from mhero.platform.errors import MheroError


class ExchangeError(MheroError):
    """The exchange could not do what was asked."""

    code = "exchange_error"


class NotConnected(ExchangeError):
    """This system is not connected yet. Enter its address on the Connections page."""

    code = "not_connected"


class UnknownMediator(ExchangeError):
    """The channel names a mediator that this installation does not have."""

    code = "unknown_mediator"


class RunLost(ExchangeError):
    """The run lost its hold on the database. It is started again."""

    code = "run_lost"
    retryable = True


class ScheduleUnreadable(ExchangeError):
    """A schedule is a number of minutes, hours or days, such as “10 minutes”, or a cron expression."""

    code = "schedule_unreadable"


class CertificateUnreadable(ExchangeError):
    """This is not a certificate in PEM form. It begins with -----BEGIN CERTIFICATE-----."""

    code = "certificate_unreadable"


class SearchTooWide(ExchangeError):
    """This search takes too long. Choose a first and a last day, or a channel."""

    code = "search_too_wide"
