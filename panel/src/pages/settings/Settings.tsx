import { Tabs } from "@mantine/core";
import { type ComponentType, useEffect, useRef } from "react";
import { useLocation } from "wouter";

import { About } from "@/pages/settings/About";
import { Doctor } from "@/pages/settings/Doctor";
import { Keys } from "@/pages/settings/Keys";
import { Sessions } from "@/pages/settings/Sessions";
import { Storage } from "@/pages/settings/Storage";
import { Tokens } from "@/pages/settings/Tokens";
import { PageHeader } from "@/parts/PageHeader";

const TABS: readonly { path: string; label: string; tab: ComponentType }[] = [
  { path: "keys", label: "SSH keys", tab: Keys },
  { path: "tokens", label: "API tokens", tab: Tokens },
  { path: "sessions", label: "Sessions", tab: Sessions },
  { path: "storage", label: "Storage", tab: Storage },
  { path: "doctor", label: "Doctor", tab: Doctor },
  { path: "about", label: "About", tab: About },
];

/** Who may come in, and how this machine is. */
export default function Settings({ tab }: { tab: string }) {
  const [, go] = useLocation();
  const value = TABS.some(({ path }) => path === tab) ? tab : "keys";
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector("[data-active]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [value]);
  return (
    <>
      <PageHeader title="Settings" />
      <Tabs value={value} onChange={(path) => go(`/settings/${path ?? ""}`)} keepMounted={false}>
        <Tabs.List ref={list} className="tabs" mb="lg" aria-label="Settings">
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
