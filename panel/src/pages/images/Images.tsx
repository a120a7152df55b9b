export default function Images({ tab }: { tab: string }) {
  return tab;
}
