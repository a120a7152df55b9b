/**
 * Run `make` with every style element it creates carrying the page's nonce: the Content-Security-Policy lets in no
 * others, and xterm.js has no way to be told of one.
 */
export function withNonce<T>(make: () => T): T {
  const nonce = document.querySelector<HTMLMetaElement>("meta[name=csp-nonce]")?.content ?? "";
  const parent = Object.getPrototypeOf(document) as Document;
  const create = (name: string) => {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- only of names that are no element's
    const element = parent.createElement.call(document, name);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  };
  Object.defineProperty(document, "createElement", { value: create, configurable: true });
  try {
    return make();
  } finally {
    Reflect.deleteProperty(document, "createElement");
  }
}
