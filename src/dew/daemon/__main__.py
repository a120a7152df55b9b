"""``python -m dew.daemon``: dewd in the foreground."""

from dew.daemon.process import main

main()
