import type { Droplet, OwnDroplet } from "@/api/types";

/** What every tab of a Droplet's page is given: the Droplet as DigitalOcean describes it, and what Dew knows beyond. */
export interface TabProps {
  droplet: Droplet;
  detail: OwnDroplet;
}
