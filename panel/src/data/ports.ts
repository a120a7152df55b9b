import { useQuery } from "@tanstack/react-query";

import { api, body } from "@/api/client";

/** The ports of this machine that lead to a Droplet. */
export const usePorts = (dropletId: number) =>
  useQuery({
    queryKey: ["droplet", dropletId, "ports"],
    queryFn: async () => (await body(api.GET("/dew/v1/droplets/{droplet_id}/ports", { params: { path: { droplet_id: dropletId } } }))).ports,
  });

export interface PortWish {
  dropletId: number;
  address: string;
  port: number;
  guest_port: number;
  reconnect: boolean;
}

export const exposePort = ({ dropletId, ...wish }: PortWish) =>
  body(api.POST("/dew/v1/droplets/{droplet_id}/ports", { params: { path: { droplet_id: dropletId } }, body: wish }));

export const hidePort = ({ dropletId, address, port }: { dropletId: number; address: string; port: number }) =>
  body(api.DELETE("/dew/v1/droplets/{droplet_id}/ports/{address}/{port}", { params: { path: { droplet_id: dropletId, address, port } } }));
