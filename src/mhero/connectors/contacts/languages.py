"""The ISO 639-3 codes, which contacts have, of the ISO 639-1 codes, which registries use."""

from typing import Final

#: Two letters to three; macrolanguages keep their own code (`swa`, `ara`), as people rarely say more.
THREE_LETTERS: Final = {
    "aa": "aar", "af": "afr", "ak": "aka", "am": "amh", "ar": "ara", "ay": "aym", "bm": "bam", "bn": "ben",
    "de": "deu", "ee": "ewe", "en": "eng", "es": "spa", "fa": "fas", "ff": "ful", "fr": "fra", "gu": "guj",
    "ha": "hau", "hi": "hin", "ht": "hat", "hy": "hye", "id": "ind", "ig": "ibo", "it": "ita", "ki": "kik",
    "kg": "kon", "kj": "kua", "km": "khm", "kr": "kau", "lg": "lug", "ln": "lin", "lo": "lao", "lu": "lub",
    "mg": "mlg", "ml": "mal", "mn": "mon", "mr": "mar", "ms": "msa", "my": "mya", "nd": "nde", "ne": "nep",
    "ng": "ndo", "nl": "nld", "nr": "nbl", "ny": "nya", "om": "orm", "pa": "pan", "ps": "pus", "pt": "por",
    "qu": "que", "rn": "run", "ru": "rus", "rw": "kin", "sg": "sag", "sn": "sna", "so": "som", "ss": "ssw",
    "st": "sot", "sw": "swa", "ta": "tam", "te": "tel", "th": "tha", "ti": "tir", "tl": "tgl", "tn": "tsn",
    "tr": "tur", "ts": "tso", "tw": "twi", "uk": "ukr", "ur": "urd", "uz": "uzb", "ve": "ven", "vi": "vie",
    "wo": "wol", "xh": "xho", "yo": "yor", "zh": "zho", "zu": "zul",
}  # fmt: skip


def three_letters(code: str) -> str:
    """The ISO 639-3 code; nothing for a two-letter code that is not known."""
    return code if len(code) == 3 else THREE_LETTERS.get(code, "")
