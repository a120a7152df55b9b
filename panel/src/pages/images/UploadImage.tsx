import { Modal } from "@mantine/core";

import { importImage } from "@/data/images";
import { queries } from "@/data/queries";
import { UploadFile } from "@/pages/images/UploadFile";

/** A disk from the viewer's own machine. */
export function UploadImage({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Upload an image" closeButtonProps={{ "aria-label": "Close" }} closeOnClickOutside={false}>
      {opened && (
        <UploadFile
          label="Disk: raw, qcow2, vmdk, vdi or vhdx; also .gz, .bz2, .xz, .zst"
          take={async (upload, name) => {
            await importImage({ upload_id: upload.id, name });
            void queries.invalidateQueries({ queryKey: ["images"] });
          }}
          onDone={onClose}
        />
      )}
    </Modal>
  );
}
