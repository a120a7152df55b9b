import type { ComponentType } from "react";

import { Backups } from "@/pages/droplet/backups/Backups";
import { Console } from "@/pages/droplet/console/Console";
import { Destroy } from "@/pages/droplet/Destroy";
import { History } from "@/pages/droplet/History";
import { Overview } from "@/pages/droplet/Overview";
import { DiskHistory } from "@/pages/droplet/picture/DiskHistory";
import { Ports } from "@/pages/droplet/Ports";
import { Power } from "@/pages/droplet/Power";
import { Resize } from "@/pages/droplet/Resize";
import { Snapshots } from "@/pages/droplet/snapshots/Snapshots";
import type { TabProps } from "@/pages/droplet/tab";
import { Tags } from "@/pages/droplet/Tags";
import { PageTabs } from "@/parts/PageTabs";

const TABS: readonly { path: string; label: string; tab: ComponentType<TabProps> }[] = [
  { path: "overview", label: "Overview", tab: Overview },
  { path: "console", label: "Console", tab: Console },
  { path: "power", label: "Power", tab: Power },
  { path: "snapshots", label: "Snapshots", tab: Snapshots },
  { path: "backups", label: "Backups", tab: Backups },
  { path: "disk", label: "Disk", tab: DiskHistory },
  { path: "resize", label: "Resize", tab: Resize },
  { path: "ports", label: "Ports", tab: Ports },
  { path: "history", label: "History", tab: History },
  { path: "tags", label: "Tags", tab: Tags },
  { path: "destroy", label: "Destroy", tab: Destroy },
];

/** All that can be seen of a Droplet and done with it. */
export function TabBar({ tab, ...given }: TabProps & { tab: string }) {
  return <PageTabs at={`/droplets/${given.droplet.id}`} label={given.droplet.name} tab={tab} tabs={TABS} given={given} />;
}
