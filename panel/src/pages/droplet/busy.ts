import type { TabProps } from "@/pages/droplet/tab";
import { actionTitle, useAction } from "@/data/actions";

/** What is being done to a Droplet, in words; "" for nothing. No second Action is taken meanwhile. */
export function useBusy({ droplet, detail }: TabProps): string {
  const { data: action } = useAction(detail.open_action_id);
  if (!droplet.locked && detail.open_action_id === null) return "";
  return action ? actionTitle(action) : "another Action";
}
