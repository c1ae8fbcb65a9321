"""Secrets at rest: a key of the installation's own, and a model field that is encrypted with it."""

import base64
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import models

from mhero.platform.errors import ConfigurationError

if TYPE_CHECKING:
    TextField = models.TextField[str, str]
else:
    TextField = models.TextField


def installation_key(home: Path) -> str:
    """The key of this installation, made at its first start and readable by its owner alone.

    `MHERO_SECRET_KEY` takes its place where several machines share one database.
    """
    if given := os.environ.get("MHERO_SECRET_KEY"):
        return given
    path = home / "secret.key"
    try:
        home.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    except OSError as error:
        raise ConfigurationError(f"Cannot write in MHERO_HOME ({home}): {error.strerror}.") from error
    key = base64.urlsafe_b64encode(os.urandom(48)).decode()
    with os.fdopen(descriptor, "w") as file:
        file.write(key)
    return key


def encrypt(text: str) -> str:
    return _fernet().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """The text; raises `ConfigurationError` when it was encrypted with another installation's key."""
    try:
        return _fernet().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise ConfigurationError(
            "A stored password cannot be read: secret.key in MHERO_HOME is not the one it was saved with."
        ) from error


def _fernet() -> Fernet:
    digest = hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=b"mhero-at-rest").digest()
    return Fernet(base64.urlsafe_b64encode(digest))


class EncryptedTextField(TextField):
    """Text that the database only ever sees encrypted. Empty text stays empty."""

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return decrypt(value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(value) if value else value
