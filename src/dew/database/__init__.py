"""What Dew knows: one file per noun, plain functions over a connection, SQL visible.

``connect.py`` alone knows which database it is; ``tables.py`` is the schema as the newest migration leaves
it. Every function takes the connection of the transaction that it is part of, so the caller decides what
happens together.
"""
