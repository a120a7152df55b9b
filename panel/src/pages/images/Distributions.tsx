import { Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { IconDisc } from "@tabler/icons-react";
import { useState } from "react";

import type { OwnImage } from "@/api/types";
import { useOpenActions, useRequest } from "@/data/actions";
import { getDistribution, type Offer, useOffers, useOwnDistributions } from "@/data/images";
import { DeleteImage } from "@/pages/images/DeleteImage";
import { ImageList } from "@/pages/images/ImageList";
import { CreatableRow } from "@/pages/images/CreatableRow";
import { ActionProgress } from "@/parts/ActionProgress";
import { Ago } from "@/parts/Ago";
import { Empty } from "@/parts/Empty";
import { Failed } from "@/parts/Failed";

/** What distributions publish: what is here, and what can be had with one click. */
export function Distributions() {
  const here = useOwnDistributions();
  const offers = useOffers();
  const missing = (offers.data ?? []).filter(({ name }) => !here.data?.some((image) => image.slug === name));
  return (
    <Stack gap="xl">
      <ImageList
        query={here}
        empty={
          <Empty icon={IconDisc} title="No distribution yet">
            Get one of those below.
          </Empty>
        }
        row={(image) => <Row image={image} />}
      />
      {offers.isError && <Failed error={offers.error} again={() => void offers.refetch()} />}
      {missing.length > 0 && (
        <section aria-label="Can be had">
          <Title order={2} size="h4" mb="sm">
            Can be had
          </Title>
          <Card withBorder px="md" py={0}>
            {missing.map((offer) => (
              <OfferRow key={offer.name} offer={offer} />
            ))}
          </Card>
        </section>
      )}
    </Stack>
  );
}

function Row({ image }: { image: OwnImage }) {
  const [asked, setAsked] = useState(false);
  return (
    <CreatableRow
      image={{ id: image.id, name: image.slug ?? image.name }}
      ready={image.status === "available"}
      about={
        <>
          {image.name} · <Ago at={image.created_at} />
          {image.size_gigabytes !== null && ` · ${image.size_gigabytes} GB`}
        </>
      }
      trouble={image.error_message || image.damage}
      menu={[{ label: image.status === "available" ? "Delete" : "Call off", danger: true, onClick: () => setAsked(true) }]}
    >
      <DeleteImage image={image} title="Delete this distribution?" opened={asked} onClose={() => setAsked(false)} />
    </CreatableRow>
  );
}

function OfferRow({ offer }: { offer: Offer }) {
  const { mutate, isPending } = useRequest(getDistribution);
  const open = [...useOpenActions("image").values()].find((action) => action.name === offer.name);
  return (
    <div className="row">
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <div className="shrinks">
          <Text fw={600} className="wrap">
            {offer.name}
          </Text>
          <Text size="sm" c="dimmed" className="wrap">
            {offer.description}
          </Text>
          {open && <ActionProgress id={open.id} compact />}
        </div>
        <Button size="xs" variant="default" loading={isPending} disabled={open !== undefined} onClick={() => mutate(offer.name)} aria-label={`${offer.verb} ${offer.name}`}>
          {offer.verb}
        </Button>
      </Group>
    </div>
  );
}
