"""The report as one HTML file that needs no network: a result, packed, and the small program that shows it."""
