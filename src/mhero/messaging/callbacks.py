"""Reads a phone network's callback: which channel it is for, and what it says. Pure.

`/c/<type>/<channel>.<secret>/<action>` is what we hand out; a provider that builds addresses from a bare
channel id can put the secret behind it as a piece of the path, or in the query as `secret`.
"""

import json
from urllib.parse import parse_qsl, unquote
from uuid import UUID

from mhero.messaging.channels import TYPE_OF_PATH
from mhero.messaging.channels.callback import Callback, clean
from mhero.messaging.errors import BadCallback
from mhero.platform.gateway import LocalRequest

#: A text message of 255 parts has 39 kB; what brings several of them may be longer.
LONGEST_BODY = 256 * 1024


def callback_of(request: LocalRequest) -> Callback | None:
    """None when the path is no callback's; raises `BadCallback` when the body cannot be read."""
    pieces = [unquote(piece) for piece in request.path.strip("/").split("/")]
    if len(pieces) not in {4, 5} or pieces[0] != "c" or pieces[1].lower() not in TYPE_OF_PATH:
        return None
    name, secret = pieces[2].partition(".")[::2]
    if len(pieces) == 5:
        secret = pieces[3]
    try:
        channel_id = UUID(name)
    except ValueError:
        return None
    fields = _fields(request)
    return Callback(
        type=TYPE_OF_PATH[pieces[1].lower()],
        channel_id=channel_id,
        secret=secret or fields.get("secret", ""),
        action=pieces[-1].lower(),
        fields=fields,
        method=request.method,
        address=f"{request.path}?{request.query_string}" if request.query_string else request.path,
        headers=request.headers,
        body=request.body,
    )


def _fields(request: LocalRequest) -> dict[str, str]:
    """The fields of the query and of the body, be it a form or a JSON object."""
    if len(request.body) > LONGEST_BODY:
        raise BadCallback("The request is too long for a text message.")
    fields = _pairs(request.query_string)
    kind = request.headers.get("content-type", "")
    if "json" in kind:
        try:
            document = json.loads(_decoded(request.body))
        except ValueError as error:
            raise BadCallback("The body is not JSON.") from error
        if not isinstance(document, dict):
            raise BadCallback("The body is not a JSON object.")
        fields |= {
            str(name): clean("" if value is None else str(value))
            for name, value in document.items()
            if not isinstance(value, dict | list)
        }
    elif request.body:
        fields |= _pairs(_decoded(request.body))
    return fields


def _pairs(encoded: str) -> dict[str, str]:
    # Read byte for byte and decoded after, since old gateways send Windows' characters as if they were UTF-8.
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, encoding="latin-1", max_num_fields=100)
    except ValueError as error:
        raise BadCallback("There are too many fields.") from error
    return {name: clean(_decoded(value.encode("latin-1", "replace"))) for name, value in pairs}


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")
