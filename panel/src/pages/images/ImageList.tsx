import { Card, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { IconSearch } from "@tabler/icons-react";
import { Fragment, type ReactNode, useState } from "react";

import { isMeant } from "@/parts/describe";
import { Failed } from "@/parts/Failed";

const SEARCH_FROM = 8; // so many, and one wants to search
const MOST_SHOWN = 200; // at a time; the search finds the others

interface ImageListProps<T> {
  query: UseQueryResult<T[]>;
  empty: ReactNode;
  row: (item: T) => ReactNode;
}

/** The Images of one kind, newest first, with a search where there are many. */
export function ImageList<T extends { id: number; name: string; slug?: string | null }>({ query, empty, row }: ImageListProps<T>) {
  const [search, setSearch] = useState("");
  if (query.isError) return <Failed error={query.error} again={() => void query.refetch()} />;
  if (query.isPending) return <Skeleton height={200} />;
  if (query.data.length === 0) return empty;
  const found = query.data.filter((item) => isMeant(search, item));
  return (
    <Stack>
      {query.data.length >= SEARCH_FROM && (
        <TextInput
          aria-label="Search"
          placeholder="Name"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      {found.length > 0 ? (
        <Card withBorder px="md" py={0}>
          {found.slice(0, MOST_SHOWN).map((item) => (
            <Fragment key={item.id}>{row(item)}</Fragment>
          ))}
        </Card>
      ) : (
        <Text c="dimmed" ta="center" py="xl">
          Nothing has that name.
        </Text>
      )}
      {found.length > MOST_SHOWN && (
        <Text size="sm" c="dimmed">
          {MOST_SHOWN} of {found.length}: the search finds the others.
        </Text>
      )}
    </Stack>
  );
}
