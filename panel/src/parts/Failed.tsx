import { Alert, Button, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";

import { sentence } from "@/api/errors";

/** What went wrong, where it went wrong, and the way to try again. */
export function Failed({ error, again, title }: { error: unknown; again?: () => void; title?: string }) {
  return (
    <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title={title} role="alert" my="md">
      <Stack gap="sm" align="flex-start">
        <Text size="sm" className="wrap">
          {sentence(error)}
        </Text>
        {again && (
          <Button size="compact-sm" variant="default" onClick={again}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
