import { FileInput, Paper, Stack, Text } from "@mantine/core";
import { type DragEvent, useRef, useState } from "react";

import type { Manifest } from "@/data/manifest";
import { droppedFiles } from "@/pages/images/droppedFiles";
import { type Exported, findExport, together } from "@/pages/images/exportedFiles";
import { Ago } from "@/parts/Ago";
import { Facts } from "@/parts/Facts";
import { Failed } from "@/parts/Failed";
import { CONSISTENCY } from "@/parts/snapshots/words";
import { bytes } from "@/parts/words";

interface ChooseExportProps {
  /** Told of the export that was chosen, and of none while it isn't whole. */
  onFound: (found: Exported | undefined) => void;
  disabled: boolean;
}

/** The two files of an export, chosen or dropped, together or one after the other; and what Snapshot they hold. */
export function ChooseExport({ onFound, disabled }: ChooseExportProps) {
  const [files, setFiles] = useState<File[]>([]);
  const [manifest, setManifest] = useState<Manifest>();
  const [error, setError] = useState<unknown>();

  const again = useRef<() => void>(null); // or nobody could choose a file anew that was mended

  async function look(chosen: File[]): Promise<void> {
    again.current?.();
    setFiles(chosen);
    const found = chosen.length === 0 ? undefined : await findExport(chosen).catch((failure: unknown) => failure);
    const exported = found instanceof Error ? undefined : (found as Exported | undefined);
    setError(found instanceof Error ? found : undefined);
    setManifest(exported?.manifest);
    onFound(exported);
  }

  function drop(event: DragEvent): void {
    event.preventDefault();
    if (!disabled) void droppedFiles(event.dataTransfer).then((dropped) => look(together(files, dropped)), setError);
  }

  return (
    <Stack>
      <Paper className="drop" p="md" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
        <FileInput
          label="Disk and manifest of an export"
          description="Two files, .qcow2 and .json: choose both, or drop them or their folder here."
          placeholder="Choose files"
          accept=".qcow2,.json"
          multiple
          clearable
          clearButtonProps={{ "aria-label": "Choose none" }}
          value={files}
          resetRef={again}
          onChange={(chosen) => void look(chosen.length === 0 ? [] : together(files, chosen))}
          disabled={disabled}
          data-autofocus
        />
      </Paper>
      {error !== undefined && <Failed error={error} />}
      {manifest && <About manifest={manifest} />}
    </Stack>
  );
}

const About = ({ manifest }: { manifest: Manifest }) => (
  <section aria-label="Snapshot in these files">
    <Text fw={600} mb="xs" className="wrap">
      {manifest.name}
    </Text>
    <Facts
      facts={[
        ["Taken", <Ago key="taken" at={manifest.created_at} />],
        ["State", manifest.consistency && CONSISTENCY[manifest.consistency]],
        ["File", bytes(manifest.size_bytes)],
        ["Disk", `${bytes(manifest.disk_bytes)} at least`],
      ]}
    />
  </section>
);
