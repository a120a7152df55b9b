import { Group, Radio, SimpleGrid, Skeleton, Text } from "@mantine/core";

import type { Size } from "@/api/types";
import { useFits } from "@/data/sizes";
import { dollars, megabytes } from "@/parts/words";

interface SizeChoiceProps {
  sizes: readonly Size[];
  chosen: string | undefined;
  /** GB that the Image needs. */
  minDisk: number;
  onChoose: (slug: string) => void;
}

/** How big it is: what it would cost, and whether this machine has room for it. */
export function SizeChoice({ sizes, chosen, minDisk, onChoose }: SizeChoiceProps) {
  const fits = useFits();
  if (fits.isPending) return <Skeleton height={160} />;
  return (
    <Radio.Group aria-label="Size" value={chosen ?? ""} onChange={onChoose}>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="sm">
        {sizes.map((size) => {
          const why = size.disk < minDisk ? `The Image needs ${minDisk} GB of disk.` : (fits.data?.get(size.slug) ?? "");
          return (
            <Radio.Card key={size.slug} value={size.slug} p="sm" className="choice" disabled={why !== ""} aria-label={`${size.slug}${why && `: ${why}`}`}>
              <Group justify="space-between" gap={4}>
                <Text fw={650}>{dollars(size.price_monthly)}</Text>
                <Text size="xs" c="dimmed">
                  a month
                </Text>
              </Group>
              <Text size="sm" mt={4}>
                {size.vcpus} vCPU · {megabytes(size.memory)}
              </Text>
              <Text size="sm">{size.disk} GB disk</Text>
              {why && (
                <Text size="xs" c="dimmed" mt={4}>
                  {why}
                </Text>
              )}
            </Radio.Card>
          );
        })}
      </SimpleGrid>
    </Radio.Group>
  );
}
