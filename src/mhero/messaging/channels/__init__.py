"""The kinds of SMS channels. Each is a folder with one `ChannelType`; a new one is registered here."""

from mhero.messaging.channels.africastalking.channel import AfricasTalking
from mhero.messaging.channels.android.channel import Android
from mhero.messaging.channels.clickatell.channel import Clickatell
from mhero.messaging.channels.external.channel import External
from mhero.messaging.channels.infobip.channel import Infobip
from mhero.messaging.channels.jasmin.channel import Jasmin
from mhero.messaging.channels.kannel.channel import Kannel
from mhero.messaging.channels.telegram.channel import Telegram
from mhero.messaging.channels.twilio.channel import Twilio
from mhero.messaging.channels.types import ChannelType
from mhero.messaging.channels.vonage.channel import Vonage
from mhero.messaging.channels.whatsapp.channel import WhatsApp

TYPES: dict[str, ChannelType] = {
    kind.code: kind
    for kind in (
        External(), Kannel(), Jasmin(), AfricasTalking(), Twilio(), Infobip(), Clickatell(), Vonage(),
        Android(), Telegram(), WhatsApp(),
    )
}  # fmt: skip

#: The codes in callback addresses: ours, and the letters that RapidPro's installations have configured.
TYPE_OF_PATH = {code: kind.code for kind in TYPES.values() for code in (kind.code, kind.letters)}

#: What stands before addresses that are no numbers.
SCHEMES = frozenset(kind.scheme for kind in TYPES.values() if kind.scheme)
