"""``python -m recaudit``: the same program."""

from recaudit.cli import program

if __name__ == "__main__":
    program()
