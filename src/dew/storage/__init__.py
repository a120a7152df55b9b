"""Where bytes live: the LayerStore contract (store.py) and its drivers, qcow2 files and memory."""
