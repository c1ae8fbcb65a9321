"""What every use shares that other systems speak FHIR R4 with."""
