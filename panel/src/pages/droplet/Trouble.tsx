import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";

import type { OwnDroplet } from "@/api/types";

/** What is wrong with a Droplet, in Dew's own sentences; nothing when all is well. */
export function Trouble({ detail }: { detail: OwnDroplet }) {
  const told = [detail.damage, detail.reason].filter(Boolean);
  if (told.length === 0) return null;
  return (
    <Alert color="orange" icon={<IconAlertTriangle aria-hidden />} mb="md" role="status" className="wrap">
      {told.join(" ")}
    </Alert>
  );
}
