import { notifications } from "@mantine/notifications";
import { useMutation, useQuery } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { sentence } from "@/api/errors";
import type { DropletWish, OwnAction } from "@/api/types";
import { queries } from "@/data/queries";

export const useAction = (id: number | null) =>
  useQuery({
    queryKey: ["actions", "one", id],
    queryFn: async () =>
      (await body(api.GET("/dew/v1/actions/{action_id}", { params: { path: { action_id: id ?? 0 } } }))).action,
    enabled: id !== null,
  });

/** Which Actions: of one Droplet, or of all; only those of a status, or any. */
interface Which {
  dropletId?: number;
  status?: OwnAction["status"];
}

/** One page of the Actions there were, newest first. */
export const useActions = (page: number, perPage: number, { dropletId, status }: Which = {}) =>
  useQuery({
    queryKey: ["actions", "page", page, perPage, dropletId, status],
    queryFn: () =>
      body(
        api.GET("/dew/v1/actions", {
          params: { query: { page, per_page: perPage, ...(dropletId === undefined ? {} : { droplet_id: dropletId }), ...(status ? { status } : {}) } },
        }),
      ),
    placeholderData: (before) => before,
  });

const MOST_OPEN = 200; // what goes on at the same time

/** What goes on now with Droplets or with Images, by their ids. */
export function useOpenActions(of: "droplet" | "image"): Map<number, OwnAction> {
  const { data } = useActions(1, MOST_OPEN, { status: "in-progress" });
  const open = (data?.actions ?? []).filter((action) => action.resource_type === of);
  return new Map(open.map((action) => [action.resource_id, action]));
}

/** Another try for an Action that is stuck. */
export const retryAction = (id: number) => body(api.POST("/dew/v1/actions/{action_id}/retry", { params: { path: { action_id: id } } }));

/**
 * Ask for an Action. Its progress shows where its Droplet or Image shows; a refusal is told in a notification, unless
 * `quiet`, for places that show it themselves.
 */
export function useRequest<V, R>(ask: (wish: V) => Promise<R>, { quiet = false } = {}) {
  return useMutation({
    mutationFn: ask,
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["droplets"] });
      void queries.invalidateQueries({ queryKey: ["droplet"] });
      void queries.invalidateQueries({ queryKey: ["images"] });
      void queries.invalidateQueries({ queryKey: ["actions"] });
    },
    onError: (error) => {
      if (!quiet) notifications.show({ color: "red", title: "Refused", message: sentence(error), autoClose: 10_000 });
    },
  });
}

const askDroplet = (dropletId: number, wish: DropletWish) =>
  body(api.POST("/v2/droplets/{droplet_id}/actions", { params: { path: { droplet_id: dropletId } }, body: wish }));

/** Ask for an Action of a Droplet that is known only when it is asked. */
export const useActionOfAny = () => useRequest(({ dropletId, ...wish }: DropletWish & { dropletId: number }) => askDroplet(dropletId, wish));

export const useDropletAction = (dropletId: number, options?: { quiet?: boolean }) =>
  useRequest((wish: DropletWish) => askDroplet(dropletId, wish), options);

const WORDS: Record<string, string> = {
  create: "Create",
  destroy: "Destroy",
  snapshot: "Take Snapshot",
  snapshot_off: "Shut down and take Snapshot",
  backup: "Back up",
  restore: "Restore",
  rebuild: "Rebuild",
  undo: "Undo",
  resize: "Resize",
  rename: "Rename",
  power_on: "Power on",
  power_off: "Power off",
  power_cycle: "Power cycle",
  shutdown: "Shut down",
  reboot: "Reboot",
  password_reset: "Reset password",
  expose_port: "Open port",
  hide_port: "Close port",
  build_image: "Build image",
  fetch_image: "Fetch image",
  import_image: "Import image",
  delete_image: "Delete image",
  export_snapshot: "Export Snapshot",
  import_snapshot: "Import Snapshot",
  check_store: "Check store",
  enable_backups: "Enable Backups",
  disable_backups: "Disable Backups",
  change_backup_policy: "Change Backup policy",
  convert: "Convert to Snapshot",
  consolidate: "Merge history",
};

/** What an Action does, in words. */
export const actionTitle = (action: Pick<OwnAction, "kind">): string =>
  WORDS[action.kind] ?? action.kind.replaceAll("_", " ").replace(/^./, (letter) => letter.toUpperCase());
