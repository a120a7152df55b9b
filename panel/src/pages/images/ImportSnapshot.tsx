import { Modal } from "@mantine/core";

import { importSnapshot } from "@/data/images";
import { queries } from "@/data/queries";
import { UploadFile } from "@/pages/images/UploadFile";

/** A Snapshot that was exported, from this Dew or another one. */
export function ImportSnapshot({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Import a Snapshot" closeButtonProps={{ "aria-label": "Close" }} closeOnClickOutside={false}>
      {opened && (
        <UploadFile
          label="The qcow2 file that an export is"
          accept=".qcow2"
          take={async (upload, name, file) => {
            await importSnapshot({ upload_id: upload.id, name, created_at: new Date(file.lastModified).toISOString() });
            void queries.invalidateQueries({ queryKey: ["images"] });
          }}
          onDone={onClose}
        />
      )}
    </Modal>
  );
}
