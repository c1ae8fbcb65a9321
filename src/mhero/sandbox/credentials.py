"""What opens the sandbox's servers: printed in the documents, so it protects nothing of anybody's."""

from typing import Final
from zlib import crc32

IHRIS_USER: Final = "mhero"
IHRIS_PASSWORD: Final = "sandbox-ihris"  # noqa: S105 - open on purpose, see above.
DHIS2_USER: Final = "mhero"
DHIS2_PASSWORD: Final = "sandbox-dhis2"  # noqa: S105
KANNEL_USER: Final = "mhero"
KANNEL_PASSWORD: Final = "sandbox-kannel"  # noqa: S105


def access_token(secret: str) -> str:
    """A DHIS2 personal access token: 32 characters and their CRC32 in ten digits, as DHIS2 checks them."""
    return f"d2pat_{secret}{crc32(secret.encode()):010d}"


DHIS2_TOKEN: Final = access_token("SandboxTokenThatGuardsNothing000")
