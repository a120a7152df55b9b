import { Alert, Button, Group } from "@mantine/core";

/** Why nothing moves any more, and the way back. */
export const Ended = ({ why, again }: { why: string; again: () => void }) => (
  <Alert color="gray" role="status" mb="sm">
    <Group justify="space-between">
      <span className="wrap">{why}</span>
      <Button size="compact-sm" variant="default" onClick={again}>
        Connect
      </Button>
    </Group>
  </Alert>
);
