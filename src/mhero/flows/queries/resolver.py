"""What a query is checked against: the fields, groups and flows that there are."""

from __future__ import annotations

from typing import Protocol

from mhero.flows.references import ContactField, Group, References


class Resolver(Protocol):
    """Knows what a query may name."""

    def field(self, key: str) -> ContactField | None:
        """The field with this key, in lower case."""

    def group(self, name: str) -> Group | None:
        """The group with this name, in any case."""

    def has_flow(self, name: str) -> bool:
        """Whether a flow has this name, in any case."""


class AssetsResolver:
    """Knows what there is among the assets of a session."""

    def __init__(self, assets: References) -> None:
        self.assets = assets

    def field(self, key: str) -> ContactField | None:
        return self.assets.fields.get(key)

    def group(self, name: str) -> Group | None:
        return self.assets.group_named(name)

    def has_flow(self, name: str) -> bool:
        wanted = name.strip().lower()
        return any(_flow_name(flow).lower() == wanted for flow in self.assets.raw_flows.values())


def _flow_name(flow: dict[str, object]) -> str:
    """The name, which definitions of before version 13 keep in their metadata."""
    metadata = flow.get("metadata")
    name = flow.get("name") or (metadata.get("name") if isinstance(metadata, dict) else "")
    return str(name or "")
