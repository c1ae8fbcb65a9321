"""Whether a text confirms an alert: "OK", and what people really write in its place.

A text confirms when every word of it says so or only keeps it company. Whatever else stands in it ("ok but
we have no fuel", "not ok", "ok?") is for a person to read.
"""

import re
from typing import Final

from mhero.outreach.texts.words import is_like, words

#: A longer text says more than yes.
LONGEST: Final = 80
_LEAST_FOR_A_SLIP: Final = 5

#: Words that confirm, by the language that they are of.
CONFIRMING: Final[dict[str, frozenset[str]]] = {
    "en": frozenset(
        words(
            """
            ok okay okey oki okie okk ohk oka okeh ook k kk 0k 0kay yes yess yeah yea yep yap yup ya aye sure
            received recieved receive recd rcvd rec recvd confirmed confirm comfirm comfirmed acknowledged
            acknowledge ack copy copied noted seen understood roger alright aright
            """
        )
    ),
    "fr": frozenset(
        words("daccord dac dacc dacord oui ouais recu entendu compris confirme confirmer note vu marche")
    ),
    "sw": frozenset(
        words(
            """
            sawa sawasawa ndiyo ndio naam nimepokea nimepata nimeipata imepokelewa nimeelewa nimeona
            nimethibitisha poa haya
            """
        )
    ),
}
#: Words of several parts, written together before a text is read.
_TOGETHER: Final = {
    "d accord": "daccord",
    "thank you": "thanks",
    "thank u": "thanks",
    "all right": "alright",
    "o k": "ok",
    "got it": "received",
    "got the message": "received",
}
#: What keeps a yes company and changes nothing about it.
COMPANY: Final = frozenset(
    words(
        """
        please pls plz pl kindly thanks thank thanx thx tanks sir madam ma maam boss bossman dear doc doctor
        chief team the message msg sms text alert it i have we is am well very much good gud morning afternoon
        evening day hello hi hey and my ur your info information with
        merci beaucoup bien bonjour bonsoir monsieur madame docteur chef le la l les votre alerte c est je j
        ai nous avons svp et ca
        asante sana mkuu daktari ndugu ujumbe tahadhari tafadhali habari nashukuru shikamoo
        """
    )
)
_YES: Final = frozenset().union(*CONFIRMING.values())
#: A thumb, a hand that says OK, ticks and the letters OK: with any colour of skin.
_SIGNS: Final = re.compile("[\U0001f44d\U0001f44c\u2705\u2714\u2611\U0001f197]")
_ASKING: Final = re.compile("[?\u061f]")
_DRAWN_OUT: Final = re.compile(r"(.)\1{2,}")


def confirms(text: str, word: str = "") -> bool:
    """Whether the text confirms, with the alert's own word or with one of those that everybody uses."""
    if len(text) > LONGEST or _ASKING.search(text):
        return False
    own = " ".join(words(word))
    line = f" {' '.join(words(_SIGNS.sub(' ok ', text)))} "
    if own:
        line = line.replace(f" {own} ", " ok ")
    for apart, together in _TOGETHER.items():
        line = line.replace(f" {apart} ", f" {together} ")
    said = [_kind(each, own) for each in line.split()]
    return "yes" in said and "" not in said


def _kind(word: str, own: str) -> str:
    """`yes`, `company`, or nothing for a word that says something else."""
    if word in COMPANY:
        return "company"
    short = _DRAWN_OUT.sub(r"\1", word)
    is_own = len(own) >= _LEAST_FOR_A_SLIP and is_like(word, own)
    return "yes" if is_own or word in _YES or short in _YES else ""
