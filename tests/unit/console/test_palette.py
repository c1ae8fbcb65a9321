from pathlib import Path
from re import MULTILINE, findall

import pytest

STYLES = Path(__file__).resolve().parents[3] / "frontend/src/styles/_base.scss"
PALETTE = dict(findall(r"^\$(\w+): (#\w{6});", STYLES.read_text(), MULTILINE)) | {"white": "#ffffff"}


def luminance(colour: str) -> float:
    """WCAG 2.2's relative luminance."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    ("text", "background"),
    [
        *[(text, "white") for text in ("ink", "muted", "teal", "deep", "red", "green")],
        *[(text, "ground") for text in ("ink", "muted", "teal", "deep", "red")],
        *[("white", background) for background in ("teal", "deep", "red", "green")],
        ("ink", "amber"),
    ],
)
def test_text_can_be_read_on_its_background(text: str, background: str):
    light, dark = sorted((luminance(PALETTE[text]), luminance(PALETTE[background])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
