"""Loops that make what is into what should be.

guests.py for power and ports, layers.py for disk space, checksums.py for what Layers hold, uploads.py and
exports.py for files on their way, history.py for what ended long ago, daily.py for a copy of the database.
"""
