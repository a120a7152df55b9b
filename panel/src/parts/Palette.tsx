import { useHotkeys } from "@mantine/hooks";
import { Spotlight, spotlight, type SpotlightActionData } from "@mantine/spotlight";
import { IconActivity, IconCamera, IconPhoto, IconPlus, IconPower, IconReceipt2, IconSearch, IconServer2, IconSettings } from "@tabler/icons-react";
import { useLocation } from "wouter";

import { useActionOfAny } from "@/data/actions";
import { useDroplets } from "@/data/droplets";
import { gentlePowers } from "@/parts/gentlePowers";

export const openPalette = (): void => spotlight.open();

const MOST_SHOWN = 8;
const TERMINALS = ["TEXTAREA"]; // where Ctrl K deletes the rest of a line; from all else it opens the palette, be it a switch

/** Everywhere one can go, and the powers that lose nothing, by the keyboard: Ctrl K, Cmd K or /. */
export function Palette() {
  const [, go] = useLocation();
  const droplets = useDroplets();
  const { mutate } = useActionOfAny();
  useHotkeys([["mod + K", openPalette]], TERMINALS);
  useHotkeys([["/", openPalette]]);
  const to = (id: string, label: string, Sign: typeof IconPlus, path: string, description?: string): SpotlightActionData => ({
    id,
    label,
    ...(description ? { description } : {}),
    leftSection: <Sign size={20} aria-hidden />,
    onClick: () => go(path),
  });
  const places = [
    to("create", "Create a Droplet", IconPlus, "/droplets/new"),
    to("droplets", "Droplets", IconServer2, "/droplets"),
    to("snapshots", "Snapshots", IconPhoto, "/images/snapshots"),
    to("custom", "Custom images", IconPhoto, "/images/custom"),
    to("distributions", "Distributions", IconPhoto, "/images/distributions"),
    to("activity", "Activity", IconActivity, "/activity"),
    to("billing", "Billing", IconReceipt2, "/billing"),
    to("keys", "SSH keys", IconSettings, "/settings/keys"),
    to("tokens", "API tokens", IconSettings, "/settings/tokens"),
    to("storage", "Storage", IconSettings, "/settings/storage"),
    to("doctor", "Doctor", IconSettings, "/settings/doctor"),
  ];
  const all = droplets.data ?? [];
  const ofDroplets = all.map(({ id, name, status }) => to(`droplet-${id}`, name, IconServer2, `/droplets/${id}`, status === "active" ? "On" : "Off"));
  const snapshots = all.map(({ id, name }) => to(`snapshot-${id}`, `Snapshots of ${name}`, IconCamera, `/droplets/${id}/snapshots`));
  const powers = all.flatMap((droplet) =>
    gentlePowers(droplet).map(({ type, verb }) => ({
      ...to(`${type}-${droplet.id}`, `${verb} ${droplet.name}`, IconPower, `/droplets/${droplet.id}`),
      onClick: () => {
        mutate({ dropletId: droplet.id, type });
        go(`/droplets/${droplet.id}`); // where its progress shows
      },
    })),
  );
  return (
    <Spotlight
      actions={[
        { group: "Droplets", actions: ofDroplets },
        { group: "Go to", actions: places },
        { group: "Snapshots", actions: snapshots },
        { group: "Power", actions: powers },
      ]}
      limit={MOST_SHOWN}
      shortcut={null}
      nothingFound="Nothing of that name"
      searchProps={{ leftSection: <IconSearch size={18} aria-hidden />, placeholder: "A Droplet, a page or a power", "aria-label": "Search" }}
      highlightQuery
      attributes={{ content: { "aria-label": "Search" } }}
    />
  );
}
