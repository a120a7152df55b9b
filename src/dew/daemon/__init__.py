"""dewd: builds the parts and joins them. Alone knows which drivers are in use.

DEW_DATA/  lock           held by the one dewd that uses this directory
           dewd.pid       {"pid", "start_time"} of it
           address        the URL it listens on; certificate.pem if that is https
           token          the first API token, for the dew command (0600)
           dew.db         the database; copies beside it
           ballast        space that is given up when the disk is full
           store/         Layers and their trash
           uploads/       files on their way in
           exports/       Snapshots written out for clients, for a day
           run/           sockets, seeds and logs of guests
           log/dewd.log   what happened
"""
