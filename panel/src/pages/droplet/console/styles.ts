/**
 * Run `make` with every style element it creates carrying the page's nonce: the Content-Security-Policy lets in no
 * others, and xterm.js has no way to be told of one.
 */
export function withNonce<T>(make: () => T): T {
  const nonce = document.querySelector<HTMLMetaElement>("meta[name=csp-nonce]")?.content ?? "";
  const create = document.createElement.bind(document);
  document.createElement = (name: string, options?: ElementCreationOptions) => {
    const element = create(name, options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  };
  try {
    return make();
  } finally {
    document.createElement = create;
  }
}
