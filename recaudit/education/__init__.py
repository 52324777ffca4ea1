"""OneRoster packages and report cards: found, read, checked against their contracts, and put into the seam."""
