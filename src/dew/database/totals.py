"""How many there are in all: counted once, and kept while what was counted stays as it is.

Counting walks through everything: of a page of a long list it would take the most.
"""

from collections.abc import Hashable

from sqlalchemy import Select

from dew.database.connect import Tx, reading
from dew.database.kept import tables_of


async def count(tx: Tx, wanted: Hashable, query: Select[tuple[int]]) -> int:
    """Return the number that ``query`` gives, which ``wanted`` alone decides on.

    In a write transaction it is counted each time: what that has written is nobody else's yet.
    """
    read = reading(tx)
    if read is not None and (known := read.totals.find(wanted)) is not None:
        return known
    total = int(await tx.scalar(query) or 0)
    if read is not None:
        read.totals.keep(wanted, total, tables_of(query), read.began)
    return total
