import { Anchor, Button, Card, Group, Loader, Pagination, Select, Skeleton, Stack, Table, Text, TextInput } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconPlus, IconSearch, IconServer2 } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "wouter";

import { useDropletFacts, useDroplets } from "@/data/droplets";
import { ActionProgress } from "@/parts/ActionProgress";
import { Ago } from "@/parts/Ago";
import { CopyText } from "@/parts/CopyText";
import { Empty } from "@/parts/Empty";
import { Failed } from "@/parts/Failed";
import { PageHeader } from "@/parts/PageHeader";
import { SortHeader } from "@/parts/SortHeader";
import { Status } from "@/parts/Status";
import { Tags } from "@/parts/Tags";
import { count } from "@/parts/words";
import { chosen, type Column, rowsOf, type Row, type Sorting, tagsOf } from "@/pages/dropletRows";

const PER_PAGE = 50;

/** All Droplets: how each is, where it is, how old its last Snapshot is. */
export function Droplets() {
  const droplets = useDroplets();
  const facts = useDropletFacts();
  if (droplets.isError) return <Failed error={droplets.error} again={() => void droplets.refetch()} />;
  return (
    <>
      <PageHeader title="Droplets" />
      {droplets.isPending ? <Waiting /> : droplets.data.length === 0 ? <First /> : <Found rows={rowsOf(droplets.data, facts.data ?? [])} />}
    </>
  );
}

const Waiting = () => (
  <Stack aria-busy="true" aria-label="Loading">
    <Skeleton height={36} />
    <Skeleton height={240} />
  </Stack>
);

const First = () => (
  <Empty icon={IconServer2} title="Create your first Droplet">
    <Text c="dimmed">A server of your own that you can break and put back.</Text>
    <Button component={Link} href="/droplets/new" leftSection={<IconPlus size={16} aria-hidden />}>
      Create Droplet
    </Button>
  </Empty>
);

function Found({ rows }: { rows: readonly Row[] }) {
  const [search, setSearch] = useState("");
  const [tag, setTag] = useState<string | null>(null);
  const [sorting, setSorting] = useState<Sorting>({ by: "name", down: false });
  const [page, setPage] = useState(1);
  const wide = useMediaQuery("(min-width: 62em)", true);

  const all = chosen(rows, { search, tag, sorting });
  const pages = Math.ceil(all.length / PER_PAGE);
  const shown = all.slice((Math.min(page, pages || 1) - 1) * PER_PAGE).slice(0, PER_PAGE);
  return (
    <Stack>
      <Group>
        <TextInput
          flex={1}
          miw={180}
          aria-label="Search Droplets"
          placeholder="Name, address or tag"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        {tagsOf(rows).length > 0 && (
          <Select w={180} aria-label="Only with the tag" placeholder="All tags" data={tagsOf(rows)} value={tag} onChange={setTag} clearable searchable />
        )}
      </Group>
      {all.length === 0 ? (
        <Text c="dimmed" ta="center" py="xl">
          No Droplet fits.
        </Text>
      ) : wide ? (
        <Wide rows={shown} sorting={sorting} onSort={setSorting} onTag={setTag} />
      ) : (
        <Narrow rows={shown} />
      )}
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {count(all.length, "Droplet")}
        </Text>
        {pages > 1 && <Pagination total={pages} value={page} onChange={setPage} size="sm" getControlProps={(control) => ({ "aria-label": `${control} page` })} />}
      </Group>
    </Stack>
  );
}

const COLUMNS: readonly { by: Column; label: string; width: string }[] = [
  { by: "name", label: "Name", width: "25%" },
  { by: "status", label: "Status", width: "14%" },
  { by: "address", label: "Address", width: "16%" },
  { by: "size", label: "Size", width: "18%" },
  { by: "image", label: "Image", width: "14%" },
  { by: "snapshot", label: "Last Snapshot", width: "13%" },
];

interface TableProps {
  rows: readonly Row[];
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
  onTag: (tag: string) => void;
}

function Wide({ rows, sorting, onSort, onTag }: TableProps) {
  return (
    <Table highlightOnHover verticalSpacing="sm" layout="fixed">
      <Table.Thead>
        <Table.Tr>
          {COLUMNS.map(({ by, label, width }) => (
            <SortHeader key={by} by={by} label={label} width={width} sorting={sorting} onSort={onSort} />
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={row.id}>
            <Table.Td>
              <Anchor component={Link} href={`/droplets/${row.id}`} fw={600} className="name" display="block" title={row.name}>
                {row.name}
              </Anchor>
              {row.tags.length > 0 && <Tags tags={row.tags} onPick={onTag} />}
            </Table.Td>
            <Table.Td>
              <Condition row={row} />
            </Table.Td>
            <Table.Td>{row.address ? <CopyText text={row.address} label="address" /> : <Text c="dimmed">–</Text>}</Table.Td>
            <Table.Td>
              <Text size="sm" className="name">
                {row.size}
              </Text>
            </Table.Td>
            <Table.Td>
              <Text size="sm" className="name" title={row.image}>
                {row.image}
              </Text>
            </Table.Td>
            <Table.Td>
              <LastSnapshot row={row} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

const Narrow = ({ rows }: { rows: readonly Row[] }) => (
  <Stack gap="sm">
    {rows.map((row) => (
      <Card key={row.id} withBorder padding="sm">
        <Group justify="space-between" wrap="nowrap">
          <Anchor component={Link} href={`/droplets/${row.id}`} fw={600} className="name" title={row.name}>
            {row.name}
          </Anchor>
          <div className="fixed">
            <Condition row={row} />
          </div>
        </Group>
        <Group justify="space-between" mt={6} gap="xs">
          {row.address ? <CopyText text={row.address} label="address" /> : <span />}
          <Text size="sm" c="dimmed">
            {row.size}
          </Text>
        </Group>
        <Text size="sm" c="dimmed" mt={4} component="div">
          {row.image} · Snapshot <LastSnapshot row={row} />
        </Text>
      </Card>
    ))}
  </Stack>
);

const Condition = ({ row }: { row: Row }) =>
  row.locked ? (
    row.openActionId === null ? <Loader size={14} aria-label="Working" /> : <ActionProgress id={row.openActionId} compact />
  ) : (
    <Status status={row.status} reason={row.reason} />
  );

const LastSnapshot = ({ row }: { row: Row }) =>
  row.lastSnapshotAt ? (
    <Text size="sm" component="span">
      <Ago at={row.lastSnapshotAt} />
    </Text>
  ) : (
    <Text size="sm" c="dimmed" component="span">
      none
    </Text>
  );
