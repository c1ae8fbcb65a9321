"""What can go wrong while a send is prepared."""

from mhero.platform.errors import MheroError


class OutreachError(MheroError):
    """The send could not be prepared."""

    code = "outreach"


class FilterNotUnderstood(OutreachError):
    """The choice of people cannot be read."""

    code = "filter_not_understood"


class NobodyToText(OutreachError):
    """Nobody who was chosen can be texted."""

    code = "nobody_to_text"


class PeopleChanged(OutreachError):
    """The number of people changed since it was shown."""

    code = "people_changed"

    def __init__(self, shown: int, found: int) -> None:
        super().__init__()
        self.shown = shown
        self.found = found


class NoSMSChannel(OutreachError):
    """There is no SMS channel that is switched on."""

    code = "no_sms_channel"


class NothingWritten(OutreachError):
    """The message has no text yet."""

    code = "nothing_written"


class AssessmentOver(OutreachError):
    """The day on which it was to be asked has passed."""

    code = "assessment_over"


class DecidedAlready(OutreachError):
    """Somebody has decided about this correction already."""

    code = "decided_already"


class NotYetClear(OutreachError):
    """It is not clear yet what the correction should be."""

    code = "not_yet_clear"


class CannotBeAsked(OutreachError):
    """This person cannot be asked again by text message now."""

    code = "cannot_be_asked"
