"""Words that start questions, and details of people, as pages change them."""

from typing import Any

import pytest


@pytest.fixture
def korto(db: None) -> Any:
    from mhero.accounts.models import User
    from mhero.accounts.queries import workspace

    workspace()
    return User.objects.create_user("korto@example.org", role="administrator")


def test_a_word_starts_one_flow_for_the_same_people(korto: Any) -> None:
    from mhero.messaging.errors import WordTaken
    from mhero.messaging.models import Flow, Group
    from mhero.messaging.services.triggers import TriggerOrder, archive_trigger, save_trigger

    stock, leave = Flow.objects.create(name="Stock"), Flow.objects.create(name="Leave")
    first = save_trigger(TriggerOrder(type="keyword", flow=stock, words=["stock", "rupture"]), korto)
    again = TriggerOrder(type="keyword", flow=leave, words=["conge", "rupture"])
    with pytest.raises(WordTaken) as taken:
        save_trigger(again, korto)
    assert (taken.value.word, taken.value.flow) == ("rupture", "Stock")
    with pytest.raises(WordTaken):
        save_trigger(TriggerOrder(type="keyword", flow=leave, words=["stop"]), korto)
    # For other people it may mean something else, and what is changed does not stand in its own way.
    nurses = Group.objects.create(name="Nurses")
    save_trigger(TriggerOrder(type="keyword", flow=leave, words=["rupture"], group=nurses), korto)
    save_trigger(TriggerOrder(type="keyword", flow=stock, words=["rupture"]), korto, first)
    archive_trigger(first, korto)
    save_trigger(again, korto)
    save_trigger(TriggerOrder(type="catch_all", flow=stock), korto)
    with pytest.raises(WordTaken):
        save_trigger(TriggerOrder(type="catch_all", flow=leave), korto)


def test_a_detail_in_use_keeps_its_kind_and_cannot_be_removed(korto: Any) -> None:
    from mhero.messaging.errors import FieldInUse, NotAllowedNow
    from mhero.messaging.models import Contact, ContactField
    from mhero.messaging.services.details import remove_field, save_field
    from mhero.messaging.services.groups import archive_group, create_smart_group

    age = ContactField(key="age", name="Age", type="number")
    save_field(age, korto)
    Contact.objects.create(name="Musu", number="+231770000001", own_fields={"age": "41", "shoe": "38"})
    group = create_smart_group("Older", "age > 40", korto)
    age.type = "text"
    with pytest.raises(FieldInUse):
        save_field(age, korto)
    with pytest.raises(FieldInUse):
        remove_field(age, korto)
    archive_group(group, korto)
    remove_field(age, korto)
    assert Contact.objects.get().own_fields == {"shoe": "38"}
    with pytest.raises(NotAllowedNow):
        remove_field(ContactField.objects.get(key="cadre"), korto)
