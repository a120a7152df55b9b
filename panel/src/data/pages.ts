const PAGE = 200; // the largest that the API gives
const MOST_PAGES = 25;

interface Dated {
  id: number;
  created_at: string; // to the second: of two within one the later has the higher id
}

export const newestFirst = (a: Dated, b: Dated): number => b.created_at.localeCompare(a.created_at) || b.id - a.id;

interface Listing {
  meta: { total: number };
}

/** Read a whole list, page by page; at most 5,000 items, for the search and sorting of a table. */
export async function everyPage<L extends Listing, T>(
  read: (query: { page: number; per_page: number }) => Promise<L>,
  items: (listing: L) => readonly T[],
): Promise<T[]> {
  const found: T[] = [];
  for (let page = 1; page <= MOST_PAGES; page++) {
    const listing = await read({ page, per_page: PAGE });
    found.push(...items(listing));
    if (found.length >= listing.meta.total || items(listing).length < PAGE) break;
  }
  return found;
}
