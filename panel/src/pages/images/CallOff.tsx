import { Button, Text } from "@mantine/core";

import { ApiError, sentence } from "@/api/errors";
import type { OwnAction } from "@/api/types";
import { useRequest } from "@/data/actions";
import { deleteImage } from "@/data/images";

const REFUSED = 422; // dewd says only that something goes on

/** Ends the import of an Image as long as it is none yet; what was sent for it is kept for a day. */
export function CallOff({ action }: { action: OwnAction }) {
  const { mutate, isPending, error } = useRequest(deleteImage, { quiet: true });
  if (error) {
    return (
      <Text size="sm" c="dimmed" role="alert" className="wrap">
        {error instanceof ApiError && error.status === REFUSED ? "Too late to call it off." : sentence(error)}
      </Text>
    );
  }
  return (
    <Button
      size="xs"
      variant="default"
      flex="none"
      aria-label={`Call off the import of ${action.name ?? ""}`}
      loading={isPending || action.cancel_requested}
      onClick={() => mutate(action.resource_id)}
    >
      Call off
    </Button>
  );
}
