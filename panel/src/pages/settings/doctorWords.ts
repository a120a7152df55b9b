import type { Finding } from "@/api/types";

const ORDER: readonly Finding["ok"][] = ["fail", "warn", "ok"];

/** What is to be mended first, then what could be better. */
export const worstFirst = (findings: readonly Finding[]): Finding[] =>
  [...findings].sort((a, b) => ORDER.indexOf(a.ok) - ORDER.indexOf(b.ok));

/** The findings in a sentence. */
export function verdict(findings: readonly Finding[]): string {
  const [fails, warns] = (["fail", "warn"] as const).map((kind) => findings.filter(({ ok }) => ok === kind).length);
  if (fails) return "No Droplet runs here until this is mended.";
  return warns ? "Droplets run here. Some things could be better." : "This machine has all that Droplets need.";
}
