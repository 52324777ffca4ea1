"""The second sector. Nothing is here yet: this version audits health records only."""
