"""Bytes that flow and are no Action: long, broken off, gone on with, and nothing to be undone.

What comes of them is an Action's work: an upload becomes an Image by import_image, and export_snapshot writes
the file that an export sends.
"""
