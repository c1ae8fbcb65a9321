"""The words of the grammars, by language: what is data in reading stock and referral texts.

All are written without case and accents. The English ones of stock are cStock's of Malawi, the Swahili ones
those of ILSGateway in Tanzania, so that a country that comes from either need not learn again.
"""

from typing import Final


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


LANGUAGES: Final = ("en", "fr", "sw")

ON_HAND, RECEIVED, ISSUED, EMPTY = "on_hand", "received", "issued", "empty"

#: Phrases that begin a stock report, with what the amounts after them are.
STOCK: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "en": {
        ON_HAND: ("soh", "stk", "eo", "stock on hand", "stock", "balance", "bal"),
        RECEIVED: ("rec", "recd", "received"),
        ISSUED: ("used", "issued", "cons", "consumed", "dispensed"),
        EMPTY: ("stockout", "stock out", "stocked out", "out of stock", "out"),
    },
    "fr": {
        ON_HAND: ("sdu", "stock disponible", "stock en main", "reste"),
        RECEIVED: ("recu", "recus", "recue", "recues", "entree", "entrees"),
        ISSUED: ("sortie", "sorties", "utilise", "utilises", "consomme", "consommes", "distribue"),
        EMPTY: ("rupture", "ruptures", "en rupture", "rupture de stock"),
    },
    "sw": {
        ON_HAND: ("hmk", "akiba"),
        RECEIVED: ("nimepokea", "tumepokea", "imepokelewa"),
        ISSUED: ("nimetumia", "tumetumia", "matumizi"),
        EMPTY: ("hakuna", "imeisha", "zimeisha"),
    },
}
#: Those that nobody writes for another reason. All others begin a report only before a product and a number.
SURE: Final = frozenset({"soh", "stk", "sdu", "hmk", "eo", "stock on hand", "stockout"})

#: None left.
ZERO: Final = frozenset(
    {
        "zero",
        "nil",
        "none",
        "nothing",
        "finished",
        "rien",
        "aucun",
        "aucune",
        "neant",
        "vide",
        "fini",
        "sifuri",
    }
)

#: Instead of a number, when somebody is asked for one product after the other: on to the next, and no more.
SKIP: Final = frozenset({"skip", "next", "pass", "passer", "passez", "suivant", "ruka", "inayofuata"})
ENOUGH: Final = frozenset(
    {"end", "done", "enough", "no more", "terminer", "termine", "assez", "basi", "mwisho"}
)

#: What is counted, with how people write it.
UNITS: Final[dict[str, frozenset[str]]] = {
    "tablet": frozenset(
        {
            "tablet",
            "tablets",
            "tab",
            "tabs",
            "tb",
            "tbs",
            "pill",
            "pills",
            "comprime",
            "comprimes",
            "cp",
            "cps",
        }
        | {"cpr", "kidonge", "vidonge", "tembe"}
    ),
    "capsule": frozenset({"capsule", "capsules", "caps", "cap", "gelule", "gelules"}),
    "sachet": frozenset({"sachet", "sachets", "sach", "paketi", "pakiti"}),
    "bottle": frozenset(
        {"bottle", "bottles", "btl", "btls", "bouteille", "bouteilles", "flacon", "flacons", "chupa"}
    ),
    "vial": frozenset({"vial", "vials", "ampoule", "ampoules", "amp", "amps", "fiole", "fioles", "vichupa"}),
    "dose": frozenset({"dose", "doses", "dozi"}),
    "test": frozenset({"test", "tests", "kit", "kits", "kipimo", "vipimo"}),
    "pair": frozenset({"pair", "pairs", "prs", "paire", "paires", "jozi"}),
    "tube": frozenset({"tube", "tubes"}),
    "pack": frozenset(
        {"pack", "packs", "pkt", "pkts", "packet", "packets", "paquet", "paquets", "strip", "strips"}
    ),
    "box": frozenset(
        {
            "box",
            "boxes",
            "bx",
            "bxs",
            "carton",
            "cartons",
            "ctn",
            "boite",
            "boites",
            "sanduku",
            "masanduku",
            "boksi",
        }
    ),
    "milligram": frozenset({"mg", "g", "ml", "iu", "ui", "mcg"}),
    "piece": frozenset(
        {"piece", "pieces", "pcs", "pc", "unit", "units", "unite", "unites", "kipande", "vipande"}
    ),
}
#: Said of whatever is counted.
ANY_UNIT: Final = "piece"
#: What no product is counted in.
UNCOUNTABLE: Final = "milligram"

#: Not words for nothing: the number beside them is no stock, or not this one.
DOUBTS: Final = _listed(
    """
    no not pas ne si expired expire expiring damaged spoiled spoilt lost broken ordered order need needs
    needed want request send about almost around approx approximately maybe half dozen dozens dz hundred
    thousand x k perime perimes perimee perimees gate gates avarie perdu perdus besoin commande
    commander environ presque demi douzaine douzaines cent cents mille zimeharibika imeharibika
    zilizoharibika nahitaji tunahitaji karibu takriban nusu mia elfu dazeni
    """
)

#: What may stand anywhere and says nothing.
FILLERS: Final = _listed(
    """
    a an and the of is are we i have has had only just now today for in at to our my this it there
    remaining left hand pls plz please thanks thank you thx tks ty sir madam doctor dr hello hi dear
    good morning afternoon evening report reporting ok yes dispo still et de du des le la les un une
    nous avons ai il y est sont reste restent seulement merci svp stp bonjour bonsoir monsieur madame
    aujourd hui en au aux pour ce na ya wa za ni tuna nina iko ziko zipo ipo tu sasa leo asante ahsante
    tafadhali habari jambo mheshimiwa bwana mama kwa zimebaki imebaki
    """
)

ARRIVED, NO_SHOW, BACK, ACCEPTED, REFER = "arrived", "no_show", "back", "accepted", "refer"
REFUSED, CANCELLED = "refused", "cancelled"

#: The words of referrals, the longest phrase first where one begins like another.
REFERRALS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "en": {
        REFER: ("ref", "refer", "referral", "referred"),
        ARRIVED: ("arr", "arrived", "arrival"),
        NO_SHOW: ("noshow", "no show", "not arrived", "not come", "did not come", "never came"),
        BACK: ("back", "returned", "counter referral"),
        ACCEPTED: ("acc", "accept", "accepted"),
        REFUSED: ("refuse", "refused", "rejected", "cannot take", "can not take"),
        CANCELLED: ("cancel", "cancelled", "canceled"),
    },
    "fr": {
        REFER: ("reference", "referer", "refere", "referee"),
        ARRIVED: ("arrive", "arrivee", "est venu", "est venue"),
        NO_SHOW: ("absent", "absente", "pas venu", "pas venue", "pas arrive", "pas arrivee"),
        BACK: ("retour", "contre reference", "rentre", "rentree"),
        ACCEPTED: ("accepte", "acceptee"),
        REFUSED: ("refus", "refusee", "pas de place"),
        CANCELLED: ("annuler", "annule", "annulee", "annulez"),
    },
    "sw": {
        REFER: ("rufaa", "ruf"),
        ARRIVED: ("amefika", "kafika", "fika"),
        NO_SHOW: ("hajafika", "hakufika", "hakuja"),
        BACK: ("amerudi", "karudi", "rudi"),
        ACCEPTED: ("amekubaliwa", "nimekubali"),
        REFUSED: ("nimekataa", "amekataliwa", "hakuna nafasi"),
        CANCELLED: ("futa", "ghairi", "imefutwa"),
    },
}
#: Between a client and a facility.
TOWARDS: Final = frozenset({"to", "at", "a", "au", "vers", "kwa", "kwenda"})
#: Between a facility or a client and the reason.
BECAUSE: Final = frozenset(
    {"for", "because", "reason", "with", "pour", "motif", "raison", "avec", "sababu", "ana"}
)
#: What facilities are called after: people leave it out, or write it otherwise.
KINDS_OF_FACILITY: Final = _listed(
    """
    hospital hosp clinic cln health centre center post hc chc hp chp mchp chps facility dispensary
    medical referral hopital clinique sante poste csi css cs de dispensaire hospitali zahanati kituo cha
    afya ya
    """
)
