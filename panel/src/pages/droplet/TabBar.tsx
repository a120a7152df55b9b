import { Tabs } from "@mantine/core";
import { type ComponentType, useEffect, useRef } from "react";
import { useLocation } from "wouter";

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

/** The tabs, each at an address of its own; an address that is none shows the first. */
export function TabBar({ tab, ...props }: TabProps & { tab: string }) {
  const [, go] = useLocation();
  const list = useRef<HTMLDivElement>(null);
  const chosen = TABS.find(({ path }) => path === tab) ?? TABS[0];
  const value = chosen?.path ?? "";
  useEffect(() => {
    list.current?.querySelector("[data-active]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [value]);
  return (
    <Tabs value={value} onChange={(path) => go(`/droplets/${props.droplet.id}/${path ?? ""}`)} keepMounted={false}>
      <Tabs.List ref={list} className="tabs" mb="lg" aria-label={props.droplet.name}>
        {TABS.map(({ path, label }) => (
          <Tabs.Tab key={path} value={path}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {TABS.map(({ path, tab: Tab }) => (
        <Tabs.Panel key={path} value={path}>
          <Tab {...props} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
