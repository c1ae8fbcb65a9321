"""DHIS2's Web API as a connector meets it, in two dialects: up to 2.42, and from 2.43."""
