import { Button, Card, Group, SimpleGrid, Skeleton, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useLocation, useSearch } from "wouter";

import { api, body } from "@/api/client";
import type { Image, Key, Size } from "@/api/types";
import { useRequest } from "@/data/actions";
import { usePlans } from "@/data/backups";
import { useDroplets } from "@/data/droplets";
import { useDistributions, useOwnImages } from "@/data/images";
import { useKeys } from "@/data/keys";
import { usualSize, useSizes } from "@/data/sizes";
import { Access } from "@/pages/create/Access";
import { Commands } from "@/pages/create/Commands";
import { requestOf, type Wish } from "@/pages/create/commands";
import { Details } from "@/pages/create/Details";
import { ImageChoice } from "@/pages/create/ImageChoice";
import { freeNames, nameFault } from "@/pages/create/names";
import { SizeChoice } from "@/pages/create/SizeChoice";
import { Failed } from "@/parts/Failed";
import { PageHeader } from "@/parts/PageHeader";
import { dollars } from "@/parts/words";

const USUAL_IMAGE = "debian-12";

/** A new Droplet. All is chosen already: who wants just one presses the button. */
export default function CreateDroplet() {
  const distributions = useDistributions();
  const own = useOwnImages();
  const sizes = useSizes();
  const keys = useKeys();
  const droplets = useDroplets();
  const plans = usePlans(); // the form says what they cost
  const all = [distributions, own, sizes, keys, droplets, plans];
  const failed = all.find((query) => query.isError);
  if (failed) return <Failed error={failed.error} again={() => void failed.refetch()} />;
  return (
    <>
      <PageHeader title="Create Droplet" />
      {distributions.data && own.data && sizes.data && keys.data && droplets.data && plans.data ? (
        <Form
          images={[...distributions.data, ...own.data]}
          sizes={sizes.data}
          keys={keys.data}
          taken={new Set(droplets.data.map((droplet) => droplet.name))}
        />
      ) : (
        <Stack aria-busy="true" aria-label="Loading">
          <Skeleton height={180} />
          <Skeleton height={180} />
        </Stack>
      )}
    </>
  );
}

interface FormProps {
  images: readonly Image[];
  sizes: readonly Size[];
  keys: readonly Key[];
  taken: ReadonlySet<string>;
}

function Form({ images, sizes, keys, taken }: FormProps) {
  const [, go] = useLocation();
  const wanted = Number(new URLSearchParams(useSearch()).get("image"));
  const ready = images.filter((image) => image.status === "available");
  const [imageId, setImageId] = useState(wanted || (ready.find((image) => image.slug === USUAL_IMAGE) ?? ready[0])?.id);
  const [sizeSlug, setSizeSlug] = useState<string>();
  const [leftOut, setLeftOut] = useState<ReadonlySet<number>>(new Set());
  const [count, setCount] = useState(1);
  const [typed, setTyped] = useState<readonly string[]>([]);
  const [tags, setTags] = useState<string[]>([]);
  const [userData, setUserData] = useState("");
  const [backups, setBackups] = useState(false);
  const create = useRequest((wish: Wish) => body(api.POST("/v2/droplets", { body: requestOf(wish) })), { quiet: true });

  const image = ready.find((each) => each.id === imageId);
  const size = sizes.find((each) => each.slug === sizeSlug) ?? usualSize(sizes, image?.min_disk_size ?? 0);
  const offered = freeNames(image?.slug ?? image?.name ?? "", taken, count);
  const names = offered.map((name, place) => typed[place] ?? name);
  const wish = image && size && { image, size: size.slug, names, keys: keys.filter((key) => !leftOut.has(key.id)), tags, userData, backups };

  function submit(): void {
    if (!wish) return;
    create.mutate(wish, {
      onSuccess: (made) => go("droplet" in made ? `/droplets/${made.droplet.id}` : "/droplets"),
    });
  }

  return (
    <div className="with-summary">
      <Stack gap="xl">
        <Section title="Image">
          <ImageChoice images={images} chosen={image} onChoose={setImageId} />
        </Section>
        <Section title="Size">
          <SizeChoice sizes={sizes} chosen={size?.slug} minDisk={image?.min_disk_size ?? 0} onChoose={setSizeSlug} />
        </Section>
        <Section title="Access">
          <Access keys={keys} leftOut={leftOut} onLeaveOut={setLeftOut} />
        </Section>
        <Section title="Details">
          <Details
            names={names}
            onNames={setTyped}
            count={count}
            onCount={setCount}
            tags={tags}
            onTags={setTags}
            userData={userData}
            onUserData={setUserData}
            backups={backups}
            onBackups={setBackups}
          />
        </Section>
      </Stack>
      <Card withBorder className="summary" component="aside" aria-label="Summary">
        <Stack>
          {size && <Price size={size} count={count} backups={backups} />}
          {create.error && <Failed error={create.error} />}
          <Button size="md" onClick={submit} loading={create.isPending} disabled={!wish || names.some((name) => nameFault(name))}>
            Create {count === 1 ? "Droplet" : `${count} Droplets`}
          </Button>
          {wish && <Commands wish={wish} />}
        </Stack>
      </Card>
    </div>
  );
}

const Section = ({ title, children }: { title: string; children: ReactNode }) => (
  <section aria-label={title}>
    <Title order={2} size="h4" mb="sm">
      {title}
    </Title>
    {children}
  </section>
);

function Price({ size, count, backups }: { size: Size; count: number; backups: boolean }) {
  const daily = usePlans().data?.find(({ plan }) => plan === "daily")?.percent ?? 0;
  const share = (1 + (backups ? daily / 100 : 0)) * count;
  return (
    <SimpleGrid cols={1} spacing={2}>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          Price
        </Text>
        <Text fw={650}>{dollars(size.price_monthly * share)} a month</Text>
      </Group>
      <Text size="sm" c="dimmed" ta="right">
        {dollars(size.price_hourly * share, 5)} an hour
      </Text>
    </SimpleGrid>
  );
}
