"""Loops that make what is into what should be: guests.py for power, layers.py for disk space, history.py for
what ended long ago, daily.py for a copy of the database."""
