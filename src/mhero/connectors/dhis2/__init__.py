"""DHIS2: the country's facilities and areas, read from its organisation units."""
