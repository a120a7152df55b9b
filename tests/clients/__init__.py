"""Clients of DigitalOcean as people have them, driven by tests."""
