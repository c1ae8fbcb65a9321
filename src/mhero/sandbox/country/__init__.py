"""The demonstration country: Liberia's counties and districts, and made-up facilities and people in them."""

from mhero.sandbox.country.country import Country
from mhero.sandbox.country.facilities import Facility
from mhero.sandbox.country.people import Leave, Person, Role
from mhero.sandbox.country.places import COUNTIES, County, District

__all__ = ["COUNTIES", "Country", "County", "District", "Facility", "Leave", "Person", "Role"]
