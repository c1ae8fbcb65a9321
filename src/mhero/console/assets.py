"""The addresses of the built files, with a mark of their content so that browsers can keep them for long."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static


def url(name: str) -> str:
    """The address of `static/console/<name>`; without a mark when the front end is not built yet."""
    path = finders.find(f"console/{name}")
    if path is None:
        return static(f"console/{name}")
    file = Path(path)
    changed = file.stat().st_mtime_ns if settings.DEBUG else 0
    return f"{static(f'console/{name}')}?v={_mark(file, changed)}"


@lru_cache(maxsize=64)
def _mark(file: Path, _changed: int) -> str:
    return sha256(file.read_bytes()).hexdigest()[:10]
