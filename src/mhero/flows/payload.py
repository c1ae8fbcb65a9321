"""What webhooks of old and resthooks post, as expressions: contact, flow, path, results, run and input."""

from __future__ import annotations

_NAMED = '"uuid", contact.uuid, "name", contact.name, "urn", contact.urn'
_RESULTS = (
    "foreach_value(results, extract_object, "
    '"category", "category_localized", "created_on", "input", "name", "node_uuid", "value")'
)
_RUN = 'object("uuid", run.uuid, "created_on", run.created_on)'
_URN = (
    "if(input.urn, object("
    '"display", default(format_urn(input.urn), ""), '
    '"path", urn_parts(input.urn).path, '
    '"scheme", urn_parts(input.urn).scheme), null)'
)
_INPUT = (
    "if(input, object("
    '"attachments", foreach(input.attachments, attachment_parts), '
    '"channel", input.channel, '
    '"created_on", input.created_on, '
    '"text", input.text, '
    '"type", input.type, '
    f'"urn", {_URN}, '
    '"uuid", input.uuid), null)'
)


def _payload(contact: str) -> str:
    return (
        "@(json(object("
        f'"contact", object({contact}), '
        '"flow", run.flow, '
        '"path", run.path, '
        f'"results", {_RESULTS}, '
        f'"run", {_RUN}, '
        f'"input", {_INPUT}, '
        '"channel", default(input.channel, null))))'
    )


#: What a webhook of a definition before 13 posted.
WEBHOOK_BODY = _payload(_NAMED)
#: What every subscriber of a resthook is sent.
RESTHOOK_BODY = _payload(f'{_NAMED}, "language", contact.language')
