"""recaudit tells whether "100 % of records are complete" is true, facility by facility."""

__version__ = "0.1.0"
