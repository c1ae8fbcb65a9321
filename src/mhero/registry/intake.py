"""One batch of a source's records on its way in: what is new, what it refers to, and what is refused."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from mhero.registry import sql
from mhero.registry.amending import settled
from mhero.registry.canonical import Resolve, tidy
from mhero.registry.columns import is_active, person_columns
from mhero.registry.identity import id_of
from mhero.registry.models import Origin, Resource
from mhero.registry.resources import Account, Head, accounts_of, combined, heads_of, write_heads
from mhero.registry.shapes import RESOURCES
from mhero.registry.values import Incoming, TakenIn
from mhero.registry.writing import execute, write

_REFERENCE = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)/([A-Za-z0-9.\-]{1,64})(?:/_history/[^/]+)?$")
_REFERRING = ("partOf", "managingOrganization", "practitioner", "organization", "location")
_LONGEST_KEY = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrived:
    """A record whose content differs from what its source sent before."""

    incoming: Incoming
    id: UUID
    digest: str
    #: The identifier that references to it were given before it came, or that it had until now.
    former_id: UUID | None
    warnings: list[str]


def sort_out(source: str, records: Sequence[Incoming], taken: TakenIn, at: datetime) -> list[Arrived]:
    """Those records that say something new. The others are counted, the unusable ones with the reason."""
    latest: dict[str, Incoming] = {}
    for record in records:
        if reason := _unusable(record):
            taken.refused.append((record.key, reason, record.body))
        else:
            # Of a record that comes twice in one batch, the later one is how it is.
            taken.unchanged += record.key in latest
            latest[record.key] = record
    known = {
        key: (resource_id, digest)
        for key, resource_id, digest in Origin.objects.filter(source=source, key__in=latest).values_list(
            "key", "resource_id", "digest"
        )
    }
    digests = {key: _digest(record) for key, record in latest.items()}
    same = [key for key, digest in digests.items() if key in known and known[key][1] == digest]
    taken.unchanged += len(same)
    if same:
        execute(sql.TOUCH_ORIGINS, source=source, keys=same, at=at)
    fresh = [record for key, record in latest.items() if key not in set(same)]
    return list(_identified(source, fresh, known, digests))


def _identified(
    source: str,
    fresh: list[Incoming],
    known: Mapping[str, tuple[UUID, str]],
    digests: Mapping[str, str],
) -> Iterator[Arrived]:
    claims = _claims(fresh)
    taken_by = dict(
        Origin.objects.filter(source=source, resource_id__in=claims.values()).values_list(
            "resource_id", "key"
        )
    )
    for record in fresh:
        at_first = known[record.key][0] if record.key in known else id_of(source, record.key)
        id, warnings = claims.get(record.key, at_first), list(record.warnings)
        if taken_by.setdefault(id, record.key) != record.key:
            # Two records of one source are two things, whatever a copied identifier says.
            warnings.append("says to be the same as a record that another one claims already")
            id = at_first
        yield Arrived(
            incoming=record,
            id=id,
            digest=digests[record.key],
            former_id=at_first if at_first != id else None,
            warnings=warnings,
        )


def _claims(fresh: list[Incoming]) -> dict[str, UUID]:
    """Which resource each record says to be the same as."""
    told = {record.key: record.same_as for record in fresh if record.same_as}
    keys = {key for _, key in told.values()}
    here = {
        (source, key): id
        for source, key, id in Origin.objects.filter(key__in=keys).values_list("source", "key", "resource_id")
    }
    return {key: here.get(other) or id_of(*other) for key, other in told.items()}


def write_in(source: str, arrived: list[Arrived], taken: TakenIn, at: datetime) -> list[Head]:
    """Writes resources, versions and origins; returns the heads that are new or different."""
    resolve = _resolver(source, arrived)
    bodies: dict[str, dict[str, Any]] = {}
    came_in: list[Arrived] = []
    warnings: dict[str, list[str]] = {}
    for one in arrived:
        tidied = tidy(one.incoming.type, dict(one.incoming.body), resolve)
        if reason := _incomplete(one.incoming.type, tidied.body):
            taken.refused.append((one.incoming.key, reason, one.incoming.body))
            continue
        came_in.append(one)
        bodies[one.incoming.key] = tidied.body
        warnings[one.incoming.key] = [*one.warnings, *tidied.warnings]
        if warnings[one.incoming.key]:
            taken.warned.append((one.incoming.key, warnings[one.incoming.key]))
    others = _others(source, came_in)
    before = heads_of([one.id for one in came_in])
    heads, said = [], {}
    for one in came_in:
        mine = Account(source=source, key=one.incoming.key, body=bodies[one.incoming.key], order=2**62)
        said[one.id] = combined(one.id, [*others.get(one.id, ()), mine])
    whole = settled(said)
    for one in came_in:
        body = whole[one.id]
        if _count(taken, one.incoming.type, before.get(one.id), body):
            heads.append(Head(id=one.id, type=one.incoming.type, body=body))
    write_heads(heads, before, at, source)
    write(
        sql.WRITE_ORIGINS,
        (
            {
                "resource_id": one.id,
                "key": one.incoming.key,
                "digest": one.digest,
                "warnings": warnings[one.incoming.key],
                "body": bodies[one.incoming.key] if one.id in others or whole[one.id] != said[one.id] else {},
            }
            for one in came_in
        ),
        source=source,
        at=at,
    )
    return heads


def _others(source: str, came_in: list[Arrived]) -> dict[UUID, list[Account]]:
    """What other sources say of the same resources, kept apart from now on."""
    mine = {one.incoming.key for one in came_in}
    accounts = {
        id: [account for account in told if account.source != source or account.key not in mine]
        for id, told in accounts_of([one.id for one in came_in]).items()
    }
    shared = {id: told for id, told in accounts.items() if told}
    if shared:
        execute(sql.KEEP_ACCOUNTS, ids=list(shared))
    return shared


def _count(taken: TakenIn, type: str, before: Resource | None, body: dict[str, Any]) -> bool:
    """Counts the record; True when there is something to write."""
    if before is None or before.is_deleted:
        taken.new += 1
    elif before.body == body:
        taken.unchanged += 1
        return False
    elif is_active(type, before.body) and not is_active(type, body):
        taken.deactivated += 1
    else:
        taken.changed += 1
    return True


def _unusable(record: Incoming) -> str:
    body: object = record.body
    if record.type not in RESOURCES:
        return f"The registry keeps no {record.type or 'records without a type'}."
    if not record.key or len(record.key) > _LONGEST_KEY or "\x00" in record.key:
        return "It has no identifier that can be kept."
    if not isinstance(body, Mapping):
        return "It is not a resource."
    return ""


def _incomplete(type: str, body: dict[str, Any]) -> str:
    if type == "PractitionerRole":
        return "" if body.get("practitioner", {}).get("reference") else "It does not say whose role it is."
    if type == "Practitioner":
        return "" if person_columns(body)["name"] else "It has no name."
    return "" if body.get("name") else "It has no name."


def _digest(record: Incoming) -> str:
    # The source's own meta changes without the content changing.
    content = {name: value for name, value in record.body.items() if name != "meta"}
    text = json.dumps([content, list(record.warnings), record.same_as], sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _resolver(source: str, arrived: list[Arrived]) -> Resolve:
    """How this batch's references become ours: by what is known, else by what will be."""
    ids = {one.incoming.key: one.id for one in arrived}
    wanted = {key for one in arrived for key in _references(one.incoming.body)} - ids.keys()
    ids |= dict(Origin.objects.filter(source=source, key__in=wanted).values_list("key", "resource_id"))

    def resolve(reference: str) -> str | None:
        key = _key_of(reference)
        type = key.partition("/")[0]
        # An organization that has not come in first is made beside its location instead.
        if type not in RESOURCES or (type == "Organization" and key not in ids):
            return None
        return f"{type}/{ids.get(key) or id_of(source, key)}"

    return resolve


def _references(body: Mapping[str, Any]) -> Iterator[str]:
    """The keys of whatever a resource refers to, bare strings included."""
    for element in _REFERRING:
        yield from _keys_in(body.get(element))
    extensions = body.get("extension")
    for extension in extensions if isinstance(extensions, list) else ():
        if isinstance(extension, Mapping):
            yield from _keys_in(extension.get("valueReference"))


def _keys_in(value: Any) -> Iterator[str]:
    for one in value if isinstance(value, list) else (value,):
        reference = one.get("reference") if isinstance(one, Mapping) else one
        if isinstance(reference, str) and (key := _key_of(reference)):
            yield key


def _key_of(reference: str) -> str:
    found = _REFERENCE.search(reference)
    return f"{found[1]}/{found[2]}" if found else ""
