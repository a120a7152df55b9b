import { ActionIcon, AppShell, Badge, Burger, Button, Group, Kbd, NavLink, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconActivity,
  IconLogout,
  IconPhoto,
  IconPlus,
  IconReceipt2,
  IconSearch,
  IconServer2,
  IconSettings,
} from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { Link, useLocation } from "wouter";

import type { Session } from "@/api/types";
import { useEvents } from "@/data/events";
import { useSignOut } from "@/data/session";
import { useStatus } from "@/data/status";
import { Logo } from "@/parts/Logo";
import { openPalette, Palette } from "@/parts/Palette";
import { SchemeSwitch } from "@/parts/SchemeSwitch";

const PLACES = [
  { path: "/droplets", label: "Droplets", icon: IconServer2 },
  { path: "/images", label: "Images", icon: IconPhoto },
  { path: "/activity", label: "Activity", icon: IconActivity },
  { path: "/billing", label: "Billing", icon: IconReceipt2 },
  { path: "/settings", label: "Settings", icon: IconSettings },
];

const isAt = (path: string, place: string): boolean => path === place || path.startsWith(`${place}/`);

/** What is around every page: where one can go, what is wrong with the connection, and the way out. */
export function Shell({ session, children }: { session: Session; children: ReactNode }) {
  const [open, { toggle, close }] = useDisclosure();
  const [connected, setConnected] = useState(true);
  const [path] = useLocation();
  useEvents(setConnected);

  return (
    <AppShell header={{ height: 56 }} navbar={{ width: 220, breakpoint: "sm", collapsed: { mobile: !open } }} padding="md">
      <a className="skip" href="#content">
        Skip to content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={open} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Menu" />
            <Link href="/droplets" aria-label="Dew, to your Droplets" className="brand">
              <Logo />
              <Text component="span" fw={700} size="lg" visibleFrom="xs">
                Dew
              </Text>
            </Link>
            <Condition connected={connected} />
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Button variant="default" size="xs" visibleFrom="xs" leftSection={<IconSearch size={14} aria-hidden />} rightSection={<Kbd size="xs">Ctrl K</Kbd>} onClick={openPalette}>
              Search
            </Button>
            <ActionIcon variant="default" hiddenFrom="xs" size="md" aria-label="Search" onClick={openPalette}>
              <IconSearch size={16} aria-hidden />
            </ActionIcon>
            <Button component={Link} href="/droplets/new" size="xs" leftSection={<IconPlus size={14} aria-hidden />}>
              Create
            </Button>
            <SchemeSwitch />
            <SignOut session={session} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Pages">
        {PLACES.map(({ path: to, label, icon: Sign }) => (
          <NavLink
            key={to}
            component={Link}
            href={to}
            label={label}
            active={isAt(path, to)}
            aria-current={isAt(path, to) ? "page" : undefined}
            leftSection={<Sign size={18} aria-hidden />}
            onClick={close}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <div className="content">{children}</div>
      </AppShell.Main>
      <Palette />
    </AppShell>
  );
}

/** What is out of the ordinary with dewd; nothing when all is well. */
function Condition({ connected }: { connected: boolean }) {
  const status = useStatus();
  return (
    <Group gap="xs" wrap="nowrap" role="status">
      {status.data?.simulated && (
        <Tooltip label="No real machines run: this dewd was started with --simulate" withArrow>
          <Badge variant="light" color="grape" visibleFrom="xs">
            Simulated
          </Badge>
        </Tooltip>
      )}
      {!connected && (
        <Tooltip label="Dew does not answer. The page goes on by itself when it does." withArrow>
          <Badge variant="filled" color="orange">
            Reconnecting…
          </Badge>
        </Tooltip>
      )}
    </Group>
  );
}

function SignOut({ session }: { session: Session }) {
  const { mutate, isPending } = useSignOut();
  const label = `Sign out (${session.token_name})`;
  return (
    <Tooltip label={label} withArrow>
      <ActionIcon variant="default" size="md" aria-label={label} loading={isPending} onClick={() => mutate()}>
        <IconLogout size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
