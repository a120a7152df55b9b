import { useRequest } from "@/data/actions";
import { renameImage } from "@/data/snapshots";
import { Rename } from "@/parts/Rename";

interface Props {
  image: { id: number; name: string };
  opened: boolean;
  onClose: () => void;
}

/** Asks for another name for an Image. */
export function RenameImage({ image, ...dialog }: Props) {
  const { mutate, isPending, error } = useRequest(renameImage, { quiet: true });
  return <Rename name={image.name} onRename={(name) => mutate({ id: image.id, name }, { onSuccess: dialog.onClose })} pending={isPending} error={error} {...dialog} />;
}
