import { ActionIcon, Alert, Button, Group, Menu, Text } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { type ReactNode, useRef } from "react";
import { Link } from "wouter";

import { useOpenActions } from "@/data/actions";
import { ActionProgress } from "@/parts/ActionProgress";

interface ImageRowProps {
  image: { id: number; name: string };
  /** What else is known of it, in one line. */
  about: ReactNode;
  /** What is wrong with it; empty if nothing is. */
  trouble?: string;
  ready?: boolean;
  menu: readonly { label: string; danger?: boolean; onClick: () => void }[];
  children?: ReactNode;
}

/** An Image, and what can be done with it; creating a Droplet first. */
export function ImageRow({ image, about, trouble, ready = true, menu, children }: ImageRowProps) {
  const open = useOpenActions("image").get(image.id);
  const more = useRef<HTMLButtonElement>(null);
  return (
    <div className="row">
      <Group justify="space-between" gap="xs">
        <div className="shrinks entry">
          <Text fw={600} className="wrap">
            {image.name}
          </Text>
          <Text size="sm" c="dimmed" component="div" className="wrap">
            {about}
          </Text>
          {open && <ActionProgress id={open.id} compact />}
        </div>
        <Group gap="xs" wrap="nowrap">
          {ready && (
            <Button size="xs" variant="default" component={Link} href={`/droplets/new?image=${image.id}`} aria-label={`Create Droplet from ${image.name}`}>
              Create Droplet
            </Button>
          )}
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <ActionIcon ref={more} variant="default" size={30} aria-label={`More for ${image.name}`}>
                <IconDots size={16} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {menu.map(({ label, danger, onClick }) => (
                <Menu.Item
                  key={label}
                  {...(danger ? { color: "red", className: "danger" } : {})}
                  onClick={() => {
                    more.current?.focus(); // where the focus returns to: the menu's items are gone by then
                    onClick();
                  }}
                >
                  {label}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        </Group>
      </Group>
      {trouble && (
        <Alert color="red" mt="xs" p="xs" className="wrap">
          {trouble}
        </Alert>
      )}
      {children}
    </div>
  );
}
