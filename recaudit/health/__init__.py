"""FHIR exports: found, read, judged against their release, and flattened into the seam."""
