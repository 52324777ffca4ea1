"""The commands, one module each; ``recaudit.cli`` puts them together. Each imports what it needs when it runs."""
