import { Tabs } from "@mantine/core";
import type { ComponentType } from "react";
import { useLocation } from "wouter";

import { BackupImages } from "@/pages/images/BackupImages";
import { CustomImages } from "@/pages/images/CustomImages";
import { Distributions } from "@/pages/images/Distributions";
import { SnapshotImages } from "@/pages/images/SnapshotImages";
import { PageHeader } from "@/parts/PageHeader";

const TABS: readonly { path: string; label: string; tab: ComponentType }[] = [
  { path: "snapshots", label: "Snapshots", tab: SnapshotImages },
  { path: "backups", label: "Backups", tab: BackupImages },
  { path: "custom", label: "Custom", tab: CustomImages },
  { path: "distributions", label: "Distributions", tab: Distributions },
];

/** What Droplets can be created from. */
export default function Images({ tab }: { tab: string }) {
  const [, go] = useLocation();
  const value = TABS.some(({ path }) => path === tab) ? tab : "snapshots";
  return (
    <>
      <PageHeader title="Images" />
      <Tabs value={value} onChange={(path) => go(`/images/${path ?? ""}`)} keepMounted={false}>
        <Tabs.List className="tabs" mb="lg" aria-label="Images">
          {TABS.map(({ path, label }) => (
            <Tabs.Tab key={path} value={path}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {TABS.map(({ path, tab: Tab }) => (
          <Tabs.Panel key={path} value={path}>
            <Tab />
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}
