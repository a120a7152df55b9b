"""Everything that changes a machine, as Actions that survive whatever happens.

engine.py runs them; world.py is what they act on; guests.py holds the few moves that several share. Each
other file is one Action: its checks, its steps, its undo. docs/writing-actions.md is the guide.
"""
