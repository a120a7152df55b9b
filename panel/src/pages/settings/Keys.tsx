import { Box, Button, Text } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useState } from "react";

import type { Key } from "@/api/types";
import { useDeleteKey, useKeys } from "@/data/keys";
import { Entry } from "@/pages/settings/Entry";
import { Listed } from "@/pages/settings/Listed";
import { RenameKey } from "@/pages/settings/RenameKey";
import { AddKey } from "@/parts/AddKey";
import { Confirm } from "@/parts/Confirm";
import { CopyText } from "@/parts/CopyText";
import { Empty } from "@/parts/Empty";

/** The SSH keys that new Droplets let in. */
export function Keys() {
  return (
    <>
      <Box mb="md">
        <AddKey />
      </Box>
      <Listed
        query={useKeys()}
        empty={
          <Empty icon={IconKey} title="No SSH key yet">
            Whoever has a key that is listed here can log in to Droplets created with it.
          </Empty>
        }
        row={(key) => <Row of={key} />}
      />
    </>
  );
}

function Row({ of: key }: { of: Key }) {
  const [deed, setDeed] = useState<"rename" | "delete" | null>(null);
  const { mutate, isPending, error } = useDeleteKey();
  const asked = (which: typeof deed) => ({ opened: deed === which, onClose: () => setDeed(null) });
  return (
    <>
      <Entry title={key.name} about={<CopyText text={key.fingerprint} label={`fingerprint of ${key.name}`} />}>
        <Button size="xs" variant="default" aria-label={`Rename ${key.name}`} onClick={() => setDeed("rename")}>
          Rename
        </Button>
        <Button size="xs" variant="default" aria-label={`Delete ${key.name}`} onClick={() => setDeed("delete")}>
          Delete
        </Button>
      </Entry>
      <RenameKey of={key} {...asked("rename")} />
      <Confirm title="Delete this key?" verb="Delete" danger pending={isPending} error={error} onConfirm={() => mutate(key.id, { onSuccess: () => setDeed(null) })} {...asked("delete")}>
        <Text size="sm" className="wrap">{`New Droplets can’t be given ${key.name} any more. Those that have it still let it in.`}</Text>
      </Confirm>
    </>
  );
}
