"""The control panel as dewd serves it: ``built/`` is made from ``panel/`` at set-up, and is in the wheel."""
