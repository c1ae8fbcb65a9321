"""The health worker registry: people, roles, facilities and places, as FHIR R4 mCSD."""
