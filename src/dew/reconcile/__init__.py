"""Loops that make what is into what should be: guests.py for power, layers.py for disk space."""
