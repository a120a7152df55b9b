import { ActionIcon, Alert, Group, Menu, Text } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { type ReactNode, useRef } from "react";

import { useOpenActions } from "@/data/actions";
import { ActionProgress } from "@/parts/ActionProgress";

interface ImageRowProps {
  image: { id: number; name: string };
  /** What else is known of it, in one line. */
  about: ReactNode;
  /** What is wrong with it; empty if nothing is. */
  trouble?: string;
  /** What is most often done with it: a button. */
  first: ReactNode;
  /** What else can be done; what an item opens goes through `then`. */
  menu: (then: (deed: () => void) => () => void) => ReactNode;
  /** What the items open. */
  children?: ReactNode;
}

/** An Image, what is being done to it, and what can be done with it. */
export function ImageRow({ image, about, trouble, first, menu, children }: ImageRowProps) {
  const open = useOpenActions("image").get(image.id);
  const more = useRef<HTMLButtonElement>(null);

  function then(deed: () => void): () => void {
    return () => {
      more.current?.focus(); // where the focus returns to: the menu's items are gone by then
      deed();
    };
  }

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
          {first}
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <ActionIcon ref={more} variant="default" size={30} aria-label={`More for ${image.name}`}>
                <IconDots size={16} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>{menu(then)}</Menu.Dropdown>
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
