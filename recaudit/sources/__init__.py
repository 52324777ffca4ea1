"""Opening what an auditor hands over: files, archives, parts of files, lines. Nothing here knows what they mean."""
