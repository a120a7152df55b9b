import type { ComponentPropsWithRef, MouseEvent } from "react";

/**
 * A button that keeps the focus while it can't be pressed: one that is `disabled` to the browser would drop it, and whoever
 * has no mouse would be nowhere each time something takes its time. Read out, it is as unavailable as any other.
 */
export function PressButton({ disabled = false, onClick, type = "button", ...others }: ComponentPropsWithRef<"button">) {
  function press(event: MouseEvent<HTMLButtonElement>): void {
    if (disabled) event.preventDefault(); // nor does Enter in a field send its form
    else onClick?.(event);
  }
  return <button {...others} type={type} aria-disabled={disabled || undefined} onClick={press} />;
}
