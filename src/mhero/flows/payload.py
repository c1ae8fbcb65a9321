"""What webhooks of old and resthooks post, as an expression: contact, flow, path, results, run and input."""

from __future__ import annotations

_CONTACT = 'object("uuid", contact.uuid, "name", contact.name, "urn", contact.urn)'
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

#: Also the payload that every subscriber of a resthook is sent.
WEBHOOK_BODY = (
    "@(json(object("
    f'"contact", {_CONTACT}, '
    '"flow", run.flow, '
    '"path", run.path, '
    f'"results", {_RESULTS}, '
    f'"run", {_RUN}, '
    f'"input", {_INPUT}, '
    '"channel", default(input.channel, null))))'
)
