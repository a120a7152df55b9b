import { Alert, Button, Group, Radio, SegmentedControl, Skeleton, Stack, Text } from "@mantine/core";
import { useState } from "react";

import type { Size } from "@/api/types";
import { useDropletAction } from "@/data/actions";
import { useFits, useSizes } from "@/data/sizes";
import { Confirm } from "@/parts/Confirm";
import { sizeLabel } from "@/parts/describe";
import { Failed } from "@/parts/Failed";
import { dollars } from "@/parts/words";
import { useBusy } from "@/pages/droplet/busy";
import type { TabProps } from "@/pages/droplet/tab";

type Extent = "memory" | "disk";
const EXTENTS = [
  { value: "memory", label: "CPU and memory" },
  { value: "disk", label: "Disk too" },
];

/** Another size for a Droplet: which fit, and which of it can't be undone. */
export function Resize(props: TabProps) {
  const [extent, setExtent] = useState<Extent>("memory");
  const [slug, setSlug] = useState("");
  const sizes = useSizes();
  const fits = useFits({ droplet_id: props.droplet.id, disk: extent === "disk" });
  const error = sizes.error ?? fits.error;
  if (error) return <Failed error={error} again={() => void Promise.all([sizes.refetch(), fits.refetch()])} />;
  if (!sizes.data || !fits.data) return <Skeleton height={320} aria-label="Loading" />;
  const chosen = sizes.data.find((size) => size.slug === slug);
  return (
    <Stack gap="md">
      <SegmentedControl value={extent} onChange={(value) => setExtent(value as Extent)} data={EXTENTS} aria-label="What is resized" maw={360} />
      <Text size="sm" c="dimmed">
        {extent === "disk" ? "A disk that has grown can't shrink again." : `The disk stays at ${props.droplet.disk} GB, so this can be undone.`}
      </Text>
      <Radio.Group value={slug} onChange={setSlug} aria-label="Size">
        <div className="cards">
          {sizes.data.map((size) => (
            <Choice key={size.slug} size={size} reason={fits.data.get(size.slug) ?? ""} now={size.slug === props.droplet.size_slug && (extent === "memory" || size.disk === props.droplet.disk)} />
          ))}
        </div>
      </Radio.Group>
      <Go {...props} size={chosen} extent={extent} fits={fits.data.get(slug) === ""} />
    </Stack>
  );
}

function Choice({ size, reason, now }: { size: Size; reason: string; now: boolean }) {
  const why = now ? "The size it has." : reason;
  return (
    <Radio.Card value={size.slug} disabled={why !== ""} p="md" className="choice">
      <Group wrap="nowrap" align="flex-start" gap="sm">
        <Radio.Indicator disabled={why !== ""} />
        <div className="shrinks">
          <Text fw={600}>{sizeLabel(size)}</Text>
          <Text size="sm" c="dimmed" className="wrap">
            {size.slug} · {dollars(size.price_monthly)} a month
          </Text>
          {why && <Text size="sm">{why}</Text>}
        </div>
      </Group>
    </Radio.Card>
  );
}

/** The last step: off first, then the new size, after a question where it is for good. */
function Go({ droplet, detail, size, extent, fits }: TabProps & { size: Size | undefined; extent: Extent; fits: boolean }) {
  const [asking, setAsking] = useState(false);
  const { mutate, isPending, error } = useDropletAction(droplet.id, { quiet: true });
  const busy = useBusy({ droplet, detail });
  const close = () => setAsking(false);
  if (droplet.status === "active") {
    return (
      <Alert color="blue" role="status">
        <Group gap="sm">
          <Text size="sm">A Droplet must be off to be resized.</Text>
          <Button size="compact-sm" variant="default" loading={isPending} disabled={busy !== ""} onClick={() => mutate({ type: "shutdown" })}>
            Shut down
          </Button>
        </Group>
      </Alert>
    );
  }
  const act = () => size && mutate({ type: "resize", size: size.slug, disk: extent === "disk" }, { onSuccess: close });
  return (
    <Stack gap="sm" align="flex-start">
      {error && !asking && <Failed error={error} />}
      <Button loading={isPending && !asking} disabled={!fits || !size || busy !== ""} onClick={extent === "disk" ? () => setAsking(true) : act}>
        Resize
      </Button>
      <Confirm title={`Resize ${droplet.name}?`} verb="Resize" opened={asking} onClose={close} onConfirm={() => act()} pending={isPending} error={error}>
        {`The disk grows to ${size?.disk ?? 0} GB and can't shrink again. What is on it stays. The filesystem grows at the next boot.`}
      </Confirm>
    </Stack>
  );
}
