"""Where guests run: the Host contract (host.py) and its drivers, QEMU and memory."""
