"""What a connected system's answer, or its silence, means: an error in words, and whether to ask again."""

import ssl

import httpx

from mhero.platform.errors import PartnerError, PartnerRefused, PartnerSpokeNonsense, PartnerUnavailable

#: Answers that a second try can turn into better ones.
PASSING_STATUSES = {408, 425, 429, 500, 502, 503, 504}
#: How long a partner may ask us to wait by `Retry-After`.
LONGEST_PAUSE_SECONDS = 30.0


class PartnerRefusedWith(PartnerRefused):
    """The connected system refused the request, and said so with a status."""

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        #: The HTTP status, from 300 to 499.
        self.status = status


class PageExpired(PartnerRefusedWith):
    """A link to the next page is no longer valid (410 Gone); reading starts again from its beginning."""

    code = "page_expired"


class Passing(PartnerUnavailable):
    """Trying again may help; carries how long the partner asked us to wait."""

    def __init__(self, message: str, *, pause_seconds: float = 0) -> None:
        super().__init__(message)
        self.pause_seconds = pause_seconds


def judge(response: httpx.Response, partner: str) -> None:
    """Raises what an answer means, unless it is a success."""
    status = response.status_code
    if status < 300:
        return
    if status in PASSING_STATUSES:
        raise Passing(_words_of(partner, status), pause_seconds=_asked_pause(response))
    if status == 410:
        raise PageExpired(f"A link that {partner} gave to its next page has expired (410).", status=410)
    if status >= 500:
        raise Passing(_words_of(partner, status))
    raise PartnerRefusedWith(_words_of(partner, status), status=status)


def meaning_of(error: httpx.HTTPError, partner: str, timeout_seconds: float) -> PartnerError:
    """What it means that there was no answer."""
    if isinstance(error, httpx.TimeoutException):
        return Passing(f"{partner} did not answer within {timeout_seconds:g} seconds.")
    if isinstance(error, httpx.UnsupportedProtocol):
        return PartnerRefused(f"The address of {partner} must begin with http:// or https://.")
    if isinstance(error, httpx.TooManyRedirects):
        return PartnerSpokeNonsense(f"{partner} sends us round in circles. Check its address.")
    if isinstance(error, httpx.DecodingError):
        return PartnerSpokeNonsense(f"{partner} answered with data that cannot be unpacked.")
    if _is_certificate_problem(error):
        return PartnerRefused(
            f"The certificate of {partner} cannot be trusted. Check its address, "
            "and that the certificate is valid for it."
        )
    if isinstance(error, httpx.ConnectError):
        return Passing(f"{partner} cannot be reached. Check its address, and that it is running.")
    return Passing(f"The connection to {partner} broke off.")


def _words_of(partner: str, status: int) -> str:
    if status == 401:
        return f"{partner} did not accept the user name and password or token (401)."
    if status == 403:
        return f"{partner} does not allow our user to read this (403)."
    if status == 404:
        return f"{partner} has nothing at this address (404)."
    if status == 429:
        return f"{partner} asks us to come back later (429)."
    if status >= 500:
        return f"{partner} has a fault of its own and answered {status}."
    return f"{partner} refused the request ({status})."


def _asked_pause(response: httpx.Response) -> float:
    asked = response.headers.get("retry-after", "")
    return min(float(asked), LONGEST_PAUSE_SECONDS) if asked.isdecimal() else 0.0


def _is_certificate_problem(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
