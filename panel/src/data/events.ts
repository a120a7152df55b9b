import { useEffect } from "react";

import type { OwnAction } from "@/api/types";
import { queries, SESSION } from "@/data/queries";

/** What a server-sent event says; the resource itself is read from the API. */
export interface Told {
  type: string;
  resource_type: string;
  resource_id: number;
  action_id?: number;
  state?: string;
  progress?: number;
  message?: string;
}

const GATHER_MS = 150; // many events come at once: one reading serves them all
const BACK_MS = [1_000, 2_000, 5_000, 10_000];
const MOST_REMEMBERED = 500;

/** The queries that an event makes stale, by the first words of their keys. */
export function staleAfter(told: Told): readonly (readonly unknown[])[] {
  const { resource_id: id } = told;
  switch (told.type) {
    case "action":
      if (told.resource_type === "store") return [["actions"], ["store"]];
      if (told.resource_type === "droplet") return [["actions"], ["droplets"], ["droplet", id]];
      return [["actions"], ["droplets"], ["images"], ["uploads"]];
    case "droplet":
      return [["droplets"], ["droplet", id], ["storage"]];
    case "image":
      return [["images"], ["droplets"], ["droplet"], ["storage"]];
    case "backup":
      return [["droplets"], ["droplet", id], ["images"]];
    case "layer": // what it has lost may be lost to any of them
      return [["droplets"], ["droplet"], ["images"], ["storage"], ["store"]];
    default:
      return [[`${told.type}s`]];
  }
}

const states = new Map<number, string>(); // of Actions, as last heard

/** Whether an event only says how far an Action is: that is shown without reading anything anew. */
export function isProgress(told: Told): boolean {
  if (told.action_id === undefined || told.state === undefined) return false;
  const before = states.get(told.action_id);
  if (states.size >= MOST_REMEMBERED) states.clear();
  states.set(told.action_id, told.state);
  return before === told.state;
}

function showProgress({ action_id, progress, message }: Told): void {
  queries.setQueryData<OwnAction>(["actions", "one", action_id], (action) =>
    action && { ...action, progress: progress ?? action.progress, message: message ?? action.message },
  );
}

let waiting = new Map<string, readonly unknown[]>();
let timer: number | undefined;

function refresh(): void {
  const keys = waiting;
  waiting = new Map();
  timer = undefined;
  for (const key of keys.values()) void queries.invalidateQueries({ queryKey: key });
}

function hear(message: MessageEvent<string>): void {
  const told = JSON.parse(message.data) as Told;
  if (isProgress(told)) {
    showProgress(told);
    return;
  }
  for (const key of staleAfter(told)) waiting.set(JSON.stringify(key), key);
  timer ??= window.setTimeout(refresh, GATHER_MS);
}

const TYPES = ["action", "droplet", "image", "key", "token", "session", "layer", "backup", "tag", "store"];

/**
 * Follow the events of dewd while the panel is open. The browser's own reconnection gives up on an error status, as a
 * dewd that restarts gives: so a closed stream is opened anew here, and then everything on screen is read again.
 */
export function useEvents(onState: (connected: boolean) => void): void {
  useEffect(() => {
    let stream: EventSource | undefined;
    let again: number | undefined;
    let failures = 0;
    let wasOpen = false;

    function open(): void {
      stream = new EventSource("/dew/v1/events");
      stream.addEventListener("ready", () => {
        onState(true);
        failures = 0;
        if (wasOpen) void queries.invalidateQueries();
        wasOpen = true;
      });
      stream.addEventListener("reset", () => void queries.invalidateQueries());
      for (const type of TYPES) stream.addEventListener(type, hear);
      stream.onerror = () => {
        stream?.close();
        onState(false);
        void queries.invalidateQueries({ queryKey: SESSION }); // it may have ended
        again = window.setTimeout(open, BACK_MS[Math.min(failures++, BACK_MS.length - 1)]);
      };
    }

    open();
    return () => {
      stream?.close();
      window.clearTimeout(again);
    };
  }, [onState]);
}
