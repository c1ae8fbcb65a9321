"""The words of visits, by language: what is data in reading texts about visits. Without case and accents.

None of them is a word of referrals (`grammars.REFERRALS`) or of stock.
"""

from typing import Final

REGISTER, DONE, MISSED, MOVED = "register", "done", "missed", "moved"


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


VISITS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "en": {
        REGISTER: ("visit", "appt", "appointment"),
        DONE: ("done", "came", "attended", "seen", "complete", "completed"),
        MISSED: ("missed", "miss", "mis"),
        MOVED: ("moved", "move", "postponed", "postpone", "rescheduled", "reschedule", "shifted"),
    },
    "fr": {
        REGISTER: ("visite", "rdv", "rendez vous"),
        DONE: ("fait", "faite", "effectue", "effectuee", "vu", "vue", "termine", "terminee"),
        MISSED: ("manque", "manquee", "rate", "ratee"),
        MOVED: ("reporte", "reportee", "deplace", "deplacee", "decale", "decalee"),
    },
    "sw": {
        REGISTER: ("ziara", "miadi"),
        DONE: ("imefanyika", "amekuja", "alikuja", "tayari", "imekamilika"),
        MISSED: ("amekosa", "hajaja", "kakosa"),
        MOVED: ("imehamishwa", "hamisha", "ahirisha", "imeahirishwa", "sogeza"),
    },
}
#: Registrations that nobody begins another text with. The others need a day or a number, or all capitals.
SURE: Final = frozenset({"appt", "rdv"})

#: Turn the word beside them into its opposite, or make it a question.
NEGATIONS: Final = _listed(
    "not no never didnt dont wasnt hasnt isnt wont non pas jamais ne n si sio bado hapana kama if when will"
)
#: Of a sentence that is no registration: nobody is called so.
ORDINARY: Final = _listed(
    """
    i me my we us our you your he him his she her they them their it its this that these those there here
    are am was were be been do does did have has had will would can could should shall may might must
    not no never why when where how what who which if because but or from by with about into went going go
    come coming came made make did
    je moi mon ma nous notre vous votre il elle ils elles ce cette ces est sont etait pas ne pourquoi quand
    comment qui que quoi avec mais ou chez dans
    mimi sisi wewe yeye wao hii hiyo ile nini lini wapi kwanini lakini au katika
    """
)
#: Between two people: one text is about one client.
AND: Final = frozenset({"and", "et", "na", "&"})
#: May stand anywhere and says nothing.
FILLERS: Final = _listed(
    """
    for on at the date due of client patient name is pls please thanks thank you thx phone tel call number no
    mobile cell contact next return visit to
    pour le la du des de au au cliente nom numero merci svp prochaine retour
    kwa tarehe mteja mgonjwa jina simu namba asante tafadhali siku ya
    """
) - {"you"}
