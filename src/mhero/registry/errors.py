"""What the registry refuses."""

from mhero.platform.errors import MheroError


class RegistryError(MheroError):
    """The registry could not do what was asked."""

    code = "registry"


class NotAUsableNumber(RegistryError):
    """This is not a number that can be texted."""

    code = "not_a_usable_number"


class NotInRegistry(RegistryError):
    """The registry no longer has this record."""

    code = "not_in_registry"
