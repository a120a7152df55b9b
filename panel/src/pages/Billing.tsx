import { Card, Group, Select, SimpleGrid, Skeleton, Stack, Table, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useState } from "react";

import type { CostItem, Costs } from "@/api/types";
import { useCostItems, useCosts } from "@/data/costs";
import { Failed } from "@/parts/Failed";
import { PageHeader } from "@/parts/PageHeader";
import { count, dollars } from "@/parts/words";

/** What Droplets and Backups would cost, exactly as they ran. Snapshots are free. */
export default function Billing() {
  const [month, setMonth] = useState<string | null>(null);
  const costs = useCosts(month);
  const items = useCostItems(month);
  const failed = [costs, items].find((query) => query.isError);
  return (
    <>
      <PageHeader title="Billing">
        {costs.data && costs.data.months.length > 1 && (
          <Select data={costs.data.months} value={month ?? costs.data.month} onChange={setMonth} aria-label="Month" w={130} allowDeselect={false} />
        )}
      </PageHeader>
      {failed ? (
        <Failed error={failed.error} again={() => void Promise.all([costs.refetch(), items.refetch()])} />
      ) : costs.data && items.data ? (
        <Stack gap="xl">
          <Sums costs={costs.data} />
          <Items items={items.data} />
          <Text size="sm" c="dimmed">
            Nobody is charged: these are the prices of DigitalOcean, or the ones you set.
          </Text>
        </Stack>
      ) : (
        <Skeleton height={320} />
      )}
    </>
  );
}

function Sums({ costs }: { costs: Costs }) {
  const sums = [
    { label: costs.month === costs.months[0] ? `${costs.month}, by now` : costs.month, amount: costs.total },
    { label: "Droplets", amount: costs.droplets },
    { label: "Backups", amount: costs.backups },
    { label: `${count(costs.snapshot_count, "Snapshot")}, free`, amount: costs.snapshots },
  ];
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }}>
      {sums.map(({ label, amount }) => (
        <Card key={label} withBorder>
          <Text size="sm" c="dimmed">
            {label}
          </Text>
          <Text fw={650} size="xl" className="figures">
            ${amount}
          </Text>
        </Card>
      ))}
    </SimpleGrid>
  );
}

function Items({ items }: { items: readonly CostItem[] }) {
  const wide = useMediaQuery("(min-width: 48em)", true);
  if (items.length === 0) return <Text c="dimmed">Nothing ran in this month.</Text>;
  return wide ? <Wide items={items} /> : <Narrow items={items} />;
}

const keyOf = ({ droplet_id, product, since }: CostItem): string => `${droplet_id} ${product} ${since}`;
const monthly = ({ price_monthly }: CostItem): string => dollars(Number(price_monthly));

const Wide = ({ items }: { items: readonly CostItem[] }) => (
  <Table verticalSpacing="sm">
    <Table.Thead>
      <Table.Tr>
        <Table.Th>Droplet</Table.Th>
        <Table.Th>What</Table.Th>
        <Table.Th ta="right">Hours</Table.Th>
        <Table.Th ta="right">A month</Table.Th>
        <Table.Th ta="right">Amount</Table.Th>
      </Table.Tr>
    </Table.Thead>
    <Table.Tbody>
      {items.map((item) => (
        <Table.Tr key={keyOf(item)}>
          <Table.Td className="wrap">{item.droplet_name}</Table.Td>
          <Table.Td>
            {item.product}
            <Text size="xs" c="dimmed">
              {item.description}
            </Text>
          </Table.Td>
          <Table.Td ta="right" className="figures">
            {item.hours}
          </Table.Td>
          <Table.Td ta="right" className="figures">
            {monthly(item)}
          </Table.Td>
          <Table.Td ta="right" className="figures">
            ${item.amount}
          </Table.Td>
        </Table.Tr>
      ))}
    </Table.Tbody>
  </Table>
);

const Narrow = ({ items }: { items: readonly CostItem[] }) => (
  <Card withBorder py={0} component="ul" className="list">
    {items.map((item) => (
      <li key={keyOf(item)} className="row">
        <Group justify="space-between" wrap="nowrap" gap="xs">
          <Text fw={600} className="wrap">
            {item.droplet_name}
          </Text>
          <Text fw={600} className="figures fixed">
            ${item.amount}
          </Text>
        </Group>
        <Text size="sm" c="dimmed" className="wrap">
          {item.product} · {item.description}
        </Text>
        <Text size="sm" c="dimmed" className="figures">
          {item.hours} hours at {monthly(item)} a month
        </Text>
      </li>
    ))}
  </Card>
);
