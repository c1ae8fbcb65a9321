"""What can go wrong in the conversation service."""

from mhero.platform.errors import MheroError


class MessagingError(MheroError):
    """The message could not be handled."""

    code = "messaging"


class NotAllowedNow(MessagingError):
    """This cannot be done with the send as it is now."""

    code = "not_allowed_now"


class OwnSend(MessagingError):
    """A send is approved by somebody other than the person who made it."""

    code = "own_send"


class NoSMSChannel(MessagingError):
    """No SMS channel is connected and on."""

    code = "no_sms_channel"


class CannotBeTexted(MessagingError):
    """This person cannot be texted."""

    code = "cannot_be_texted"


class BadCallback(MessagingError):
    """What the phone network sent cannot be understood."""

    code = "bad_callback"


class InvalidFlow(MessagingError):
    """This flow cannot be used as it is."""

    code = "invalid_flow"


class FlowChangedMeanwhile(MessagingError):
    """Somebody else saved this flow meanwhile."""

    code = "flow_changed_meanwhile"

    def __init__(self, revision: int, saved_by: str) -> None:
        super().__init__()
        #: The newest revision, and who saved it.
        self.revision, self.saved_by = revision, saved_by


class QuestionsUnfinished(MessagingError):
    """The questions are not finished: something has to be written first."""

    code = "questions_unfinished"


class NotAnExport(MessagingError):
    """This file holds no flows."""

    code = "not_an_export"


class NameTaken(MessagingError):
    """Something else has this name already."""

    code = "name_taken"


class QueryNotForGroups(MessagingError):
    """A list cannot ask for lists, flows or identifiers."""

    code = "query_not_for_groups"


class GroupInUse(MessagingError):
    """Reminders or a word to text still use this list."""

    code = "group_in_use"


class FieldInUse(MessagingError):
    """A list, reminders or a flow still use this detail."""

    code = "field_in_use"


class WordTaken(MessagingError):
    """Another flow starts with this word already."""

    code = "word_taken"

    def __init__(self, word: str, flow: str) -> None:
        super().__init__()
        self.word = word
        self.flow = flow


class AskedAgain(MessagingError):
    """Those who did not answer were asked again already."""

    code = "asked_again"


class NobodyToAsk(MessagingError):
    """Everybody answered, or can not be asked any more."""

    code = "nobody_to_ask"


class NotRegistered(MessagingError):
    """The provider did not take the address that it should bring replies to."""

    code = "not_registered"
