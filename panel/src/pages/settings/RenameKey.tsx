import type { Key } from "@/api/types";
import { useRenameKey } from "@/data/keys";
import { Rename } from "@/parts/Rename";

interface RenameKeyProps {
  of: Key;
  opened: boolean;
  onClose: () => void;
}

/** Asks for another name for a key. */
export function RenameKey({ of: key, ...dialog }: RenameKeyProps) {
  const { mutate, isPending, error } = useRenameKey();
  return <Rename name={key.name} onRename={(name) => mutate({ id: key.id, name }, { onSuccess: dialog.onClose })} pending={isPending} error={error} {...dialog} />;
}
