"""Actions that change the contact."""

from __future__ import annotations

from mhero.flows import modifiers, urns
from mhero.flows.actions.base import resolve_groups
from mhero.flows.contact import STATUSES, zone
from mhero.flows.definition.checks import Checks
from mhero.flows.definition.flow import Action
from mhero.flows.languages import is_language
from mhero.flows.run import Run
from mhero.flows.urns import SCHEMES


class AddContactGroups(Action):
    """Puts the contact into groups whose members are named."""

    type = "add_contact_groups"
    templates = ("groups[*].name_match",)
    references = (("groups[*]", "group"),)

    @classmethod
    def check(cls, checks: Checks) -> None:
        checks.required("groups")
        checks.references("groups")

    def execute(self, run: Run) -> None:
        session = run.session
        if session.contact.status != "active":
            session.error("Can't add blocked or stopped contacts to groups")
            return
        groups = resolve_groups(run, self.data["groups"], static="add contacts to")
        if groups:
            modifiers.add_groups(session, groups)


class RemoveContactGroups(Action):
    """Takes the contact out of groups whose members are named, or out of all of them."""

    type = "remove_contact_groups"
    templates = ("groups[*].name_match",)
    references = (("groups[*]", "group"),)

    @classmethod
    def check(cls, checks: Checks) -> None:
        checks.references("groups")
        if checks.data.get("all_groups") and checks.data.get("groups"):
            checks.fail("can't specify specific groups when all_groups=true")

    def execute(self, run: Run) -> None:
        session = run.session
        if self.data.get("all_groups"):
            groups = [group for group in session.assets.groups.values() if not group.query]
        else:
            groups = resolve_groups(run, self.data.get("groups") or [], static="remove contacts from")
        if groups:
            modifiers.remove_groups(session, groups)


class AddContactURN(Action):
    """Gives the contact another address."""

    type = "add_contact_urn"
    templates = ("path",)

    @classmethod
    def check(cls, checks: Checks) -> None:
        checks.required("path")
        checks.one_of("scheme", SCHEMES, "URN scheme")
        checks.text("path")

    def execute(self, run: Run) -> None:
        session = run.session
        path, fine = run.text(self.data["path"])
        path = path.strip()
        if not path:
            if fine:
                session.error("Can't add URN with empty path")
            return
        country = run.environment.default_country
        urn = urns.normalize(urns.URN(self.data["scheme"], path), country)
        if urns.is_valid(urn):
            modifiers.change_urns(session, [(str(urn), None)], "append")
        else:
            session.error(
                f"'{urn.scheme}:{path}' is not valid URN", "urn:invalid", {"urn": f"{urn.scheme}:{path}"}
            )
        has = any(item.identity == urn.identity for item in session.contact.urns)
        run.locals = {**run.locals, "_has_urn": urn.identity if has else ""}
        run.changed()

    def locals(self) -> list[str]:
        return ["_has_urn"]


class SetContactName(Action):
    """Changes the name."""

    type = "set_contact_name"
    templates = ("name",)

    @classmethod
    def check(cls, checks: Checks) -> None:
        checks.text("name")

    def execute(self, run: Run) -> None:
        name, fine = run.text(self.data.get("name") or "")
        if fine:
            modifiers.set_name(run.session, name)


class SetContactLanguage(Action):
    """Changes the language, or takes it away."""

    type = "set_contact_language"
    templates = ("language",)

    @classmethod
    def check(cls, checks: Checks) -> None:
        checks.text("language")

    def execute(self, run: Run) -> None:
        language, fine = run.text(self.data.get("language") or "")
        if not fine:
            return
        language = language.strip()
        if language and len(language) != 3:
            run.session.error(f"iso-639-3 codes must be 3 characters, got: {language}")
        elif language and not is_language(language):
            run.session.error(f"unrecognized language code: {language}")
        else:
            modifiers.set_language(run.session, language)


class SetContactTimezone(Action):
    """Changes the time zone, or takes it away."""

    type = "set_contact_timezone"
    templates = ("timezone",)

    @classmethod
    def check(cls, checks: Checks) -> None:
        checks.text("timezone")

    def execute(self, run: Run) -> None:
        name, fine = run.text(self.data.get("timezone") or "")
        if not fine:
            return
        name = name.strip()
        if name and zone(name) is None:
            run.session.error(f"Unrecognized timezone: '{name}'", "timezone:invalid", {"timezone": name})
        else:
            modifiers.set_timezone(run.session, name)


class SetContactStatus(Action):
    """Blocks, stops, archives or activates the contact."""

    type = "set_contact_status"

    @classmethod
    def check(cls, checks: Checks) -> None:
        checks.one_of("status", STATUSES, "contact status")

    def execute(self, run: Run) -> None:
        modifiers.set_status(run.session, self.data["status"])


class SetContactField(Action):
    """Changes the value of a field, or takes it away."""

    type = "set_contact_field"
    templates = ("value",)
    references = (("field", "field"),)

    @classmethod
    def check(cls, checks: Checks) -> None:
        checks.reference("field", key="key")
        checks.text("value")

    def execute(self, run: Run) -> None:
        value, fine = run.text(self.data.get("value") or "")
        if not fine:
            return
        reference = self.data["field"]
        field = run.session.assets.fields.get(reference["key"])
        if field is None:
            run.session.missing("field", reference)
        else:
            modifiers.set_field(run.session, field, value.strip())


class SetContactChannel(Action):
    """Changes the channel that the contact is reached by."""

    type = "set_contact_channel"
    references = (("channel", "channel"),)

    @classmethod
    def check(cls, checks: Checks) -> None:
        checks.reference("channel", needed=False)

    def execute(self, run: Run) -> None:
        reference = self.data.get("channel")
        channel = run.session.assets.channels.get(reference["uuid"]) if reference else None
        if reference and channel is None:
            run.session.missing("channel", reference)
            return
        modifiers.set_channel(run.session, channel)


ACTIONS: tuple[type[Action], ...] = (
    AddContactGroups,
    RemoveContactGroups,
    AddContactURN,
    SetContactName,
    SetContactLanguage,
    SetContactTimezone,
    SetContactStatus,
    SetContactField,
    SetContactChannel,
)
