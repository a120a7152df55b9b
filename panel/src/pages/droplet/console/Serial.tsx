import "@xterm/xterm/css/xterm.css";

import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import { useCallback } from "react";

import { socketAddress } from "@/pages/droplet/console/address";
import { Connected } from "@/pages/droplet/console/Connected";
import { withNonce } from "@/pages/droplet/console/styles";

const LINES_KEPT = 5_000;
const LETTERS_REM = 0.875; // they grow with the page on a large screen
const LOST = "The connection was lost.";

/** What the Droplet says on its first serial line, and what is typed to it. */
export default function Serial({ id, name }: { id: number; name: string }) {
  const join = useCallback((place: HTMLElement, onEnd: (why: string) => void) => connect(place, id, name, onEnd), [id, name]);
  return <Connected connect={join} className="terminal-place" />;
}

function connect(place: HTMLElement, id: number, name: string, onEnd: (why: string) => void): () => void {
  const terminal = new Terminal({ scrollback: LINES_KEPT, fontSize: LETTERS_REM * parseFloat(getComputedStyle(document.documentElement).fontSize), screenReaderMode: true, cursorBlink: false });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  withNonce(() => terminal.open(place));
  fit.fit();
  terminal.textarea?.setAttribute("aria-label", `Serial console of ${name}`);
  // A terminal takes every key; one must lead out of it again.
  terminal.attachCustomKeyEventHandler((event) => !(event.key === "Tab" && event.shiftKey));
  const watching = new ResizeObserver(() => fit.fit());
  watching.observe(place);

  const socket = new WebSocket(socketAddress(id, "console"));
  const letters = new TextEncoder();
  let left = false;
  socket.binaryType = "arraybuffer";
  socket.onopen = () => terminal.focus();
  socket.onmessage = (message: MessageEvent<ArrayBuffer>) => terminal.write(new Uint8Array(message.data));
  socket.onclose = ({ reason }) => {
    if (!left) onEnd(reason || LOST);
  };
  terminal.onData((typed) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(letters.encode(typed));
  });
  return () => {
    left = true;
    socket.close();
    watching.disconnect();
    terminal.dispose();
  };
}
