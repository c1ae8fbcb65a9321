"""The kinds of SMS channels. Each is a folder with one `ChannelType`; a new one is registered here."""

from mhero.messaging.channels.external.channel import External
from mhero.messaging.channels.kannel.channel import Kannel
from mhero.messaging.channels.types import ChannelType

TYPES: dict[str, ChannelType] = {kind.code: kind for kind in (External(), Kannel())}

#: The codes in callback addresses: ours, and the two letters that RapidPro's installations have configured.
TYPE_OF_PATH = {"external": "external", "ex": "external", "kannel": "kannel", "kn": "kannel"}
