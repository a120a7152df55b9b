import drop from "@/drop.svg";

export const Logo = ({ size = 28 }: { size?: number }) => <img src={drop} alt="" width={size} height={size} />;
