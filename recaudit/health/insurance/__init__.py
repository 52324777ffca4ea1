"""Dossiers of Vietnamese health insurance as a second format of health: the same seam tables as FHIR, where it fits.

A claim is not a medical record: docs/insurance.md says what follows from that.
"""
