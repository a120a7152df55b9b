import { Badge, Tooltip } from "@mantine/core";

import type { Droplet } from "@/api/types";

const SHOWN: Record<Droplet["status"], { label: string; color: string }> = {
  active: { label: "On", color: "teal" },
  off: { label: "Off", color: "gray" },
  new: { label: "New", color: "blue" },
  archive: { label: "Archived", color: "gray" },
};

/** A Droplet's condition, and why it is in it where that is worth a sentence. */
export function Status({ status, reason }: { status: Droplet["status"]; reason?: string | undefined }) {
  const { label, color } = SHOWN[status];
  const badge = (
    <Badge variant="dot" color={reason ? "orange" : color} radius="sm" tt="none" fw={500}>
      {label}
    </Badge>
  );
  return reason ? (
    <Tooltip label={reason} withArrow multiline maw={340}>
      {badge}
    </Tooltip>
  ) : (
    badge
  );
}
