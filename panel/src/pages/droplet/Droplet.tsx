export default function Droplet({ tab }: { id: number; tab: string }) {
  return tab;
}
