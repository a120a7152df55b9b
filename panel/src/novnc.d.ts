/** What of noVNC the panel uses; the package has no types of its own. */
declare module "@novnc/novnc" {
  export default class RFB extends EventTarget {
    constructor(target: HTMLElement, channel: WebSocket | string);
    scaleViewport: boolean;
    background: string;
    disconnect(): void;
    focus(): void;
  }
}
