"""iHRIS 5 as an outside reader meets it: a HAPI FHIR server with iHRIS's profiles."""
