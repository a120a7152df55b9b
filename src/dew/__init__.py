"""Dew: Droplets with Snapshots on machines of your own.

Five floors, and nobody looks up: ``daemon | cli``, ``api | reconcile | client | config``,
``actions | streams``, ``storage | compute | images | database``, ``model``. ARCHITECTURE.md is the tour.
"""

__version__ = "0.1.0"
