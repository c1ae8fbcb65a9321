"""The errors of the conversation engine; a subclass's docstring is its message."""

from __future__ import annotations


class FlowError(Exception):
    """The conversation engine could not do what was asked."""

    code = "flow_error"
    retryable = False

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip().split("\n")[0])


class InvalidDefinition(FlowError):
    """The flow definition cannot be used."""

    code = "flow_invalid"


class UnsupportedVersion(InvalidDefinition):
    """The flow definition was written for a version that cannot be read."""

    code = "flow_version"


class InvalidTrigger(FlowError):
    """The trigger cannot start a session."""

    code = "flow_trigger"


class InvalidResume(FlowError):
    """The resume does not fit what the session waits for."""

    code = "flow_resume"


class InvalidSession(FlowError):
    """The session cannot be continued."""

    code = "flow_session"


class InvalidModifier(FlowError):
    """The contact cannot be changed in this way."""

    code = "flow_modifier"


class ServiceFailed(FlowError):
    """A service that the engine was lent did not do its work."""

    code = "flow_service"
    retryable = True
