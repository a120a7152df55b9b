import { Tabs } from "@mantine/core";
import { type ComponentType, useEffect, useRef } from "react";
import { useLocation } from "wouter";

interface PageTabsProps<P> {
  /** Where the page is: each tab is one step below. */
  at: string;
  label: string;
  /** Which one the address names; one that is none shows the first. */
  tab: string;
  tabs: readonly { path: string; label: string; tab: ComponentType<P> }[];
  /** What every tab is given. */
  given: P;
}

/** A page's tabs, each at an address of its own, the chosen one in sight. */
export function PageTabs<P extends object>({ at, label, tab, tabs, given }: PageTabsProps<P>) {
  const [, go] = useLocation();
  const list = useRef<HTMLDivElement>(null);
  const value = (tabs.find(({ path }) => path === tab) ?? tabs[0])?.path ?? "";
  useEffect(() => {
    list.current?.querySelector("[data-active]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [value]);
  return (
    <Tabs value={value} onChange={(path) => go(`${at}/${path ?? ""}`)} keepMounted={false}>
      <Tabs.List ref={list} className="tabs" mb="lg" aria-label={label}>
        {tabs.map(({ path, label: word }) => (
          <Tabs.Tab key={path} value={path}>
            {word}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map(({ path, tab: Tab }) => (
        <Tabs.Panel key={path} value={path}>
          <Tab {...given} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
