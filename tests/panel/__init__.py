"""The control panel in a real browser, on a simulated dewd; tests/guest plays the story in it for real."""
