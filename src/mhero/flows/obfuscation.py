"""`@contact.ref`: a contact's number as a code that does not show how many contacts there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mhero.flows.contact import Contact
    from mhero.flows.environment import Environment

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_BITS = 30
_HALF = 15
_MASK = (1 << _HALF) - 1


def contact_reference(contact: Contact, env: Environment) -> str:
    """Six letters and numbers, the same for the same contact under the same key; nothing without a number."""
    return encode(contact.id, env.obfuscation_key or (0, 0, 0, 0)) if contact.id else ""


def encode(number: int, key: tuple[int, int, int, int]) -> str:
    """A Feistel network over 30 bits: each number has its own code, and its neighbours have unlike ones."""
    left, right = number >> _HALF & _MASK, number & _MASK
    for round_key in key:
        mixed = (right * 0x9E3779B1 + round_key * 0x85EBCA6B + (right >> 7)) & 0xFFFFFFFF
        left, right = right, left ^ (mixed ^ mixed >> 15) & _MASK
    bits = left << _HALF | right
    return "".join(_ALPHABET[bits >> shift & 31] for shift in range(_BITS - 5, -1, -5))
