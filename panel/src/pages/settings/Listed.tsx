import { Card, Skeleton } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { Failed } from "@/parts/Failed";

interface ListedProps<T> {
  query: UseQueryResult<T[]>;
  empty: ReactNode;
  row: (item: T) => ReactNode;
}

/** All of a kind in a card, once they are here. */
export function Listed<T extends { id: number }>({ query, empty, row }: ListedProps<T>) {
  if (query.isError) return <Failed error={query.error} again={() => void query.refetch()} />;
  if (query.isPending) return <Skeleton height={160} aria-label="Loading" />;
  if (query.data.length === 0) return empty;
  return (
    <Card withBorder py={0}>
      {query.data.map((item) => (
        <div key={item.id} className="row">
          {row(item)}
        </div>
      ))}
    </Card>
  );
}
