import { Button, Group, Modal, Skeleton, Stack, Text } from "@mantine/core";
import { IconDownload, IconFileDescription } from "@tabler/icons-react";

import type { Export, OwnSnapshot } from "@/api/types";
import { useOpenActions, useRequest } from "@/data/actions";
import { fileName, manifestText } from "@/data/manifest";
import { deleteExport, exportPath, makeExport, useExport } from "@/data/snapshots";
import { ActionProgress } from "@/parts/ActionProgress";
import { Remaining } from "@/parts/Ago";
import { CopyText } from "@/parts/CopyText";
import { Facts } from "@/parts/Facts";
import { Failed } from "@/parts/Failed";
import { bytes } from "@/parts/words";

interface Props {
  snapshot: OwnSnapshot;
  opened: boolean;
  onClose: () => void;
}

/** A Snapshot's disk as one file to carry away: made, fetched, and deleted when it is no longer needed. */
export function ExportSnapshot({ snapshot, opened, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title={`Export ${snapshot.name}`} size="lg" closeButtonProps={{ "aria-label": "Close" }}>
      {opened && <State snapshot={snapshot} />}
    </Modal>
  );
}

function State({ snapshot }: { snapshot: OwnSnapshot }) {
  const made = useExport(snapshot.id, true);
  const open = useOpenActions("image").get(snapshot.id);
  if (open) return <ActionProgress id={open.id} />;
  if (made.isError) return <Failed error={made.error} again={() => void made.refetch()} />;
  if (made.isPending) return <Skeleton height={80} aria-label="Loading" />;
  return made.data ? <Made snapshot={snapshot} file={made.data} /> : <None snapshot={snapshot} />;
}

function None({ snapshot }: { snapshot: OwnSnapshot }) {
  const { mutate, isPending, error } = useRequest(makeExport, { quiet: true });
  return (
    <Stack>
      <Text size="sm">Writes the whole disk to one qcow2 file, for another Dew or for QEMU. Droplets go on meanwhile.</Text>
      {error && <Failed error={error} />}
      <Group justify="flex-end">
        <Button loading={isPending} onClick={() => mutate(snapshot.id)} data-autofocus>
          Make export
        </Button>
      </Group>
    </Stack>
  );
}

function Made({ snapshot, file }: { snapshot: OwnSnapshot; file: Export }) {
  const { mutate, isPending, error } = useRequest(deleteExport, { quiet: true });
  const manifest = `data:application/json,${encodeURIComponent(manifestText(file))}`;
  return (
    <Stack>
      <Facts
        facts={[
          ["Size", bytes(file.size_bytes)],
          ["Kept for", <Remaining key="kept" until={file.expires_at} />],
        ]}
      />
      <div>
        <Text size="xs" c="dimmed" mb={2}>
          SHA-256
        </Text>
        <Text size="sm" component="div">
          <CopyText text={file.sha256} label="checksum" />
        </Text>
      </div>
      <Text size="sm">The manifest holds name, date and state: import it in another Dew together with the disk.</Text>
      {error && <Failed error={error} />}
      <Group justify="flex-end">
        <Button variant="default" loading={isPending} onClick={() => mutate(snapshot.id)}>
          Delete export
        </Button>
        <Button component="a" variant="default" href={manifest} download={`${fileName(file.name)}.json`} leftSection={<IconFileDescription size={16} aria-hidden />}>
          Download manifest
        </Button>
        <Button component="a" href={exportPath(snapshot.id)} download={`${fileName(file.name)}.qcow2`} leftSection={<IconDownload size={16} aria-hidden />} data-autofocus>
          Download disk
        </Button>
      </Group>
    </Stack>
  );
}
