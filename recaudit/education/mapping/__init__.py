"""Exports of other formats, read through mappings: data that say which column of which sheet is which cell of a table.

containers -> segments -> places: a file becomes sheets, a sheet becomes batches of named text columns, a batch becomes
rows of the tables that OneRoster and report cards fill. The last step knows nothing of files.
"""
