"""The registry as a FHIR R4 server: IHE's Mobile Care Services Discovery (mCSD), ITI-90 and ITI-91."""
