import { Center, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";

/** What a list shows that has nothing yet: what belongs there, and the way to the first. `page`: there is nothing else. */
export function Empty({ icon: Sign, title, children, page = false }: { icon: Icon; title: string; children?: ReactNode; page?: boolean }) {
  return (
    <Center py={64}>
      <Stack align="center" gap="sm" maw={440} ta="center">
        <ThemeIcon size={56} radius="xl" variant="light">
          <Sign size={28} aria-hidden />
        </ThemeIcon>
        <Title order={page ? 1 : 2} size="h4">
          {title}
        </Title>
        {typeof children === "string" ? <Text c="dimmed">{children}</Text> : children}
      </Stack>
    </Center>
  );
}
