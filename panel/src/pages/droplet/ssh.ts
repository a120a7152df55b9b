import type { OwnDroplet } from "@/api/types";

const SSH_PORT = 22; // where no port need be named

/** How to log in, as typed into a terminal; null while there is no address or nothing listens at it. */
export function sshCommand({ address, ssh_port: port }: Pick<OwnDroplet, "address" | "ssh_port">): string | null {
  if (address === null || port === null) return null;
  return port === SSH_PORT ? `ssh root@${address}` : `ssh -p ${port} root@${address}`;
}
