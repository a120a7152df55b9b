export default function Settings({ tab }: { tab: string }) {
  return tab;
}
