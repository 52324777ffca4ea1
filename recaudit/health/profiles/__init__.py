"""FHIR profiles: a suite to start from is drafted of one."""
