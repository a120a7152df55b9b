import { useRequest } from "@/data/actions";
import { deleteImage } from "@/data/images";
import { Confirm } from "@/parts/Confirm";

interface DeleteImageProps {
  image: { id: number; name: string };
  title: string;
  verb?: string;
  opened: boolean;
  onClose: () => void;
}

/** Asks before an Image goes, or before one that is on its way is called off. */
export function DeleteImage({ image, title, verb = "Delete", opened, onClose }: DeleteImageProps) {
  const { mutate, isPending, error } = useRequest(deleteImage, { quiet: true });
  return (
    <Confirm title={title} verb={verb} danger opened={opened} onClose={onClose} pending={isPending} error={error} onConfirm={() => mutate(image.id, { onSuccess: onClose })}>
      {`${image.name} can’t be created from any more. Droplets that were made from it stay as they are.`}
    </Confirm>
  );
}
