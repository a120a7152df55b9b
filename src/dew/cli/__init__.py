"""The ``dew`` command: one file per group of commands, loaded only when it is asked for.

Commands speak to dewd over its HTTP API, through dew.client, and know nothing else of it; only doctor, up,
down, demo and completion also touch this machine. Results go to standard output (``--json``: exactly one
JSON document), progress and complaints to standard error. Exit codes are listed in dew.cli.main.
"""
