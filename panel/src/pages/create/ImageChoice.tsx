import { Anchor, Radio, SimpleGrid, Stack, Tabs, Text, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "wouter";

import type { Image } from "@/api/types";
import { useDamage } from "@/data/images";
import { Ago } from "@/parts/Ago";
import { isMeant } from "@/parts/describe";

type Kind = "distribution" | "snapshot" | "backup" | "custom";

const TABS: readonly { kind: Kind; label: string; none: string; where: string; way: string }[] = [
  { kind: "distribution", label: "Distributions", none: "No distribution is here yet.", where: "/images/distributions", way: "Get one" },
  { kind: "snapshot", label: "Snapshots", none: "There is no Snapshot yet.", where: "/droplets", way: "Take one of a Droplet" },
  { kind: "backup", label: "Backups", none: "There is no Backup yet.", where: "/droplets", way: "Enable Backups of a Droplet" },
  { kind: "custom", label: "Custom", none: "There is no custom image yet.", where: "/images/custom", way: "Upload one" },
];
const SEARCH_FROM = 7; // so many, and one wants to search

const kindOf = (image: Image): Kind => (image.type === "base" || image.public ? "distribution" : (image.type));

interface ImageChoiceProps {
  images: readonly Image[];
  chosen: Image | undefined;
  onChoose: (id: number) => void;
}

/** What the Droplet begins with. */
export function ImageChoice({ images, chosen, onChoose }: ImageChoiceProps) {
  return (
    <Tabs defaultValue={chosen ? kindOf(chosen) : "distribution"} keepMounted={false}>
      <Tabs.List mb="md" className="tabs">
        {TABS.map(({ kind, label }) => (
          <Tabs.Tab key={kind} value={kind}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {TABS.map(({ kind, label, none, where, way }) => {
        const found = images.filter((image) => kindOf(image) === kind);
        return (
          <Tabs.Panel key={kind} value={kind}>
            {found.length === 0 ? (
              <Text c="dimmed">
                {none}{" "}
                <Anchor component={Link} href={where}>
                  {way}
                </Anchor>
              </Text>
            ) : (
              <Choice label={label} images={found} chosen={chosen} onChoose={onChoose} />
            )}
          </Tabs.Panel>
        );
      })}
    </Tabs>
  );
}

function Choice({ label, images, chosen, onChoose }: ImageChoiceProps & { label: string }) {
  const [search, setSearch] = useState("");
  const damage = useDamage().data;
  const found = images.filter((image) => isMeant(search, image));
  return (
    <Stack gap="sm">
      {images.length >= SEARCH_FROM && (
        <TextInput
          aria-label={`Search ${label}`}
          placeholder="Name"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      {found.length === 0 && <Text c="dimmed">Nothing has that name.</Text>}
      <Radio.Group aria-label={label} value={String(chosen?.id ?? "")} onChange={(id) => onChoose(Number(id))}>
        <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="sm" className="choices">
          {found.map((image) => (
            <Radio.Card key={image.id} value={String(image.id)} p="sm" className="choice" disabled={image.status !== "available" || damage?.has(image.id)}>
              <Text fw={600} className="name" title={image.name}>
                {image.slug ?? image.name}
              </Text>
              <Text size="sm" c="dimmed" component="div">
                <About image={image} />
              </Text>
              {damage?.has(image.id) && (
                <Text size="sm" c="red" className="wrap">
                  {damage.get(image.id)}
                </Text>
              )}
            </Radio.Card>
          ))}
        </SimpleGrid>
      </Radio.Group>
    </Stack>
  );
}

function About({ image }: { image: Image }) {
  if (image.status !== "available") return "not ready yet";
  if (kindOf(image) === "distribution") return image.distribution === "Unknown" ? image.name : image.distribution;
  return (
    <>
      <Ago at={image.created_at} /> · {image.size_gigabytes} GB
    </>
  );
}
