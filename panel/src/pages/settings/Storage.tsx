import { Anchor, Card, ColorSwatch, Group, Pagination, Progress, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { Link } from "wouter";

import type { Storage as Disk, Taker } from "@/api/types";
import { TAKERS_PER_PAGE, useStorage } from "@/data/storage";
import { CheckStore } from "@/pages/settings/CheckStore";
import { Entry } from "@/pages/settings/Entry";
import { placeOf, shares } from "@/pages/settings/storageWords";
import { Failed } from "@/parts/Failed";
import { bytes } from "@/parts/words";

/** What takes the disk's space, what deleting would free, and whether the disks of Droplets are sound. */
export function Storage() {
  const [page, setPage] = useState(1);
  const { data, error, isPending, refetch } = useStorage(page);
  const pages = Math.ceil((data?.meta.total ?? 0) / TAKERS_PER_PAGE);
  return (
    <Stack gap="xl">
      {error && <Failed error={error} again={() => void refetch()} />}
      {isPending && <Skeleton height={240} aria-label="Loading" />}
      {data && <Division disk={data.storage} />}
      {data && data.takers.length > 0 && (
        <section aria-labelledby="takers">
          <Title order={2} size="h4" mb="sm" id="takers">
            What takes space
          </Title>
          <Card withBorder py={0}>
            {data.takers.map((taker) => (
              <Row key={`${taker.kind} ${taker.id}`} taker={taker} />
            ))}
          </Card>
          {pages > 1 && <Pagination mt="md" size="sm" total={pages} value={page} onChange={setPage} getControlProps={(control) => ({ "aria-label": `${control} page` })} />}
        </section>
      )}
      <CheckStore />
    </Stack>
  );
}

function Division({ disk }: { disk: Disk }) {
  const found = shares(disk);
  return (
    <section aria-labelledby="disk">
      <Title order={2} size="h4" mb={4} id="disk">
        {bytes(disk.free_bytes)} of {bytes(disk.total_bytes)} free
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {bytes(disk.reserve_bytes)} stay free: nothing is begun that would take them.
      </Text>
      <Progress.Root size="xl" aria-hidden mb="sm">
        {found.map(({ label, bytes: size, color }) => (
          <Progress.Section key={label} value={(100 * size) / disk.total_bytes} color={color} />
        ))}
      </Progress.Root>
      <Group component="ul" className="list" p={0} gap="md">
        {found.map(({ label, bytes: size, color }) => (
          <Group key={label} component="li" gap={6} wrap="nowrap">
            <ColorSwatch color={`var(--mantine-color-${color.replace(".", "-")})`} size={12} withShadow={false} aria-hidden />
            <Text size="sm">
              {label} <b>{bytes(size)}</b>
            </Text>
          </Group>
        ))}
      </Group>
    </section>
  );
}

function Row({ taker }: { taker: Taker }) {
  const { word, path } = placeOf(taker);
  const name = (
    <Anchor component={Link} href={path} fw={600}>
      {taker.name}
    </Anchor>
  );
  return (
    <div className="row">
      <Entry title={name} about={word}>
        <Text size="sm">
          {taker.frees_bytes > 0 ? (
            <>
              Deleting frees <b>{bytes(taker.frees_bytes)}</b>
            </>
          ) : (
            "Deleting frees nothing: others stand on it"
          )}
          <Text span size="sm" c="dimmed">
            {" "}
            of {bytes(taker.used_bytes)}
          </Text>
        </Text>
      </Entry>
    </div>
  );
}
