"""The nouns: frozen values and enums that every floor shares.

Standard library only, no input or output. What a word means is decided here once; the other floors
store it, serve it or act on it.
"""
