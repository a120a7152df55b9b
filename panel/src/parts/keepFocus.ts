/**
 * Keeps the focus on the page when what had it is gone: a row that was deleted, a button that became what it shows, a
 * dialog whose opener went with it, a page that was left. The browser would drop it, and the keyboard begin all over.
 */

const CAN_HAVE_IT = "a[href], button, input, textarea, select, [tabindex]";
const MOST_REMEMBERED = 20;
const SETTLED_MS = 40; // after the 10 ms that a dialog takes to give it back by itself

/** Something that had the focus, and where it was: what it lay in, innermost first, each with its place in the next. */
interface Place {
  element: HTMLElement;
  path: readonly { within: Element; at: number }[];
  page: Element | undefined;
}

let places: Place[] = [];
let timer: number | undefined;

/** Of two, one is a page that was left and stays hidden until the next is loaded. */
const nameOfPage = (): HTMLElement | undefined =>
  [...document.querySelectorAll<HTMLElement>("main h1")].find((name) => name.checkVisibility());

function remember({ target }: FocusEvent): void {
  if (!(target instanceof HTMLElement) || target.closest("[role=menu]")) return; // a menu ends where it was opened
  const path = [];
  for (let each: Element = target; each.parentElement; each = each.parentElement) {
    path.push({ within: each.parentElement, at: [...each.parentElement.children].indexOf(each) });
  }
  places = [...places, { element: target, path, page: nameOfPage() }].slice(-MOST_REMEMBERED);
}

function canHaveIt(element: HTMLElement): boolean {
  if (!element.isConnected || element.tabIndex < 0 || element.matches(":disabled")) return false;
  return !element.closest("[inert], [aria-hidden=true]") && element.checkVisibility({ visibilityProperty: true });
}

const firstIn = (part: Element): HTMLElement | undefined =>
  [part, ...part.querySelectorAll(CAN_HAVE_IT)].find(
    (each): each is HTMLElement => each instanceof HTMLElement && each.matches(CAN_HAVE_IT) && canHaveIt(each),
  );

/** What stands where something stood, or next to it, in its dialog or on its page. */
function neighbour({ path }: Place): HTMLElement | undefined {
  for (const { within, at } of path) {
    if (!within.isConnected || !within.closest("main, [role=dialog]")) continue;
    const parts = [...within.children];
    const nearest = [...parts.slice(at), ...parts.slice(0, at).reverse()];
    const found = nearest.map(firstIn).find((each) => each);
    if (found) return found;
  }
  return undefined;
}

/** Where the focus belongs that nothing has: a page is begun at its name, once that is there. */
function nextPlace(): HTMLElement | undefined {
  for (const place of places.toReversed()) {
    if (place.page?.checkVisibility() === false) break;
    const found = canHaveIt(place.element) ? place.element : neighbour(place);
    if (found) return found;
  }
  const name = nameOfPage();
  if (name) name.tabIndex = -1;
  return name;
}

function look(): void {
  timer = undefined;
  const last = places.at(-1)?.element;
  if (!last || document.activeElement !== document.body) return;
  if (canHaveIt(last)) places = []; // a click beside it has let go of it
  else nextPlace()?.focus();
}

/** Watch over the focus for as long as the panel is open. */
export function keepFocus(): void {
  document.addEventListener("focusin", remember);
  const soon = () => {
    timer ??= window.setTimeout(look, SETTLED_MS);
  };
  new MutationObserver(soon).observe(document.body, { childList: true, subtree: true, attributeFilter: ["disabled"] });
}
