"""iHRIS 5: the country's health workers, read from its FHIR server."""
