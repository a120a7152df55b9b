import { Group, Text } from "@mantine/core";
import type { ReactNode } from "react";

interface EntryProps {
  title: ReactNode;
  about: ReactNode;
  children?: ReactNode;
}

/** One of a list: what it is called, what is known of it, and what can be done with it, below where it is narrow. */
export const Entry = ({ title, about, children }: EntryProps) => (
  <Group justify="space-between" gap="xs">
    <div className="shrinks entry">
      <Text fw={600} component="div" className="wrap">
        {title}
      </Text>
      <Text size="sm" c="dimmed" component="div" className="wrap">
        {about}
      </Text>
    </div>
    {children && (
      <Group gap="xs" wrap="nowrap">
        {children}
      </Group>
    )}
  </Group>
);
