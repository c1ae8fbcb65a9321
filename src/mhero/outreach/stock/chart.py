"""A line over periods as SVG: where its points lie. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH, HEIGHT = 640, 180
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 12, 12, 28
#: So many labels have room below the line.
_LABELS: Final = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Dot:
    x: float
    y: float
    label: str
    value: int
    #: Whether its label has room.
    is_labelled: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    dots: tuple[Dot, ...]
    #: The largest value, at the top of the scale.
    top: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    y_top: int = _TOP
    y_bottom: int = HEIGHT - _BOTTOM

    @property
    def points(self) -> str:
        """For a `polyline`."""
        return " ".join(f"{dot.x:.1f},{dot.y:.1f}" for dot in self.dots)


def chart(values: Sequence[tuple[str, int | None]], *, top: int = 0) -> Chart:
    """Labels with their values, the oldest first; None, where nobody knows, has no dot.

    `top` is the end of the scale; by itself it is the largest value.
    """
    top = top or max([1, *(value for _, value in values if value is not None)])
    step = (WIDTH - _LEFT - _RIGHT) / max(1, len(values) - 1)
    span = HEIGHT - _TOP - _BOTTOM
    every = max(1, -(-len(values) // _LABELS))
    last = len(values) - 1
    return Chart(
        top=top,
        dots=tuple(
            Dot(
                x=round(_LEFT + place * step, 1),
                y=round(_TOP + span * (1 - value / top), 1),
                label=label,
                value=value,
                is_labelled=(last - place) % every == 0,
            )
            for place, (label, value) in enumerate(values)
            if value is not None
        ),
    )
