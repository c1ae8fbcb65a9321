"""Words that give away what a client has: none of them is in a text, since phones are read by others.

Pure; the lists are data. They hold diseases and conditions, what they are treated with, and what is tested.
"""

from typing import Final

from mhero.outreach.texts.words import words


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: Whole words, without case and accents.
TELLING: Final = _listed(
    """
    hiv vih ukimwi aids sida arv arvs art haart tarv tld pmtct ptme emtct prep cd4 vct tb tuberculosis
    tuberculose kifua mdr dots tpt ipt malaria paludisme palu cholera ebola mpox lassa measles
    rougeole surua polio rabies rage hepatitis hepatite hbv hcv std sti ist mst syphilis gonorrhea
    gonorrhoea chlamydia zinaa cancer saratani tumor tumour tumeur chemo chemotherapy chimiotherapie
    diabetes diabete diabetic kisukari insulin insuline hypertension hypertensive bp epilepsy
    epilepsie kifafa asthma asthme pumu leprosy lepre ukoma buruli fistula fistule nasuri anaemia
    anemia anemie sickle drepanocytose mental psychiatric psychiatrie depression schizophrenia
    addiction methadone stroke kidney dialysis pregnant pregnancy pregnancies grossesse enceinte mimba
    mjamzito ujauzito anc cpn antenatal prenatal prenatale abortion avortement miscarriage
    postabortion pnc postnatal postnatale delivery accouchement contraception contraceptive
    contraceptives contraceptif depo implant iud diu sayana planning uzazi malnutrition malnourished
    malnutri utapiamlo sam mam rutf plumpynut positive negative positif negatif reactive reactif
    chanya hasi viral virale result results resultat resultats matokeo diagnosis diagnostic disease
    maladie ugonjwa infection infected infecte treatment traitement matibabu therapy therapie
    medication biopsy biopsie smear sputum crachat
    """
)
#: Beginnings of words that nobody uses for anything else.
BEGINNINGS: Final = (
    "antiretro",
    "anti retro",
    "tubercul",
    "hepatit",
    "diabet",
    "hypertens",
    "epilep",
    "pregnan",
)


def telling_word(name: str) -> str:
    """The word of a name that gives somebody away; empty when none does."""
    return next((word for word in words(name) if word in TELLING or word.startswith(BEGINNINGS)), "")
