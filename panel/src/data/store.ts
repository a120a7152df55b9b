import { useQuery } from "@tanstack/react-query";

import { api, body } from "@/api/client";

/** What the last check of the store found, and whom damage touches. */
export const useStore = () =>
  useQuery({ queryKey: ["store"], queryFn: async () => (await body(api.GET("/dew/v1/store"))).store });

/** Begin a check, or join the one that goes on. */
export const checkStore = async () => (await body(api.POST("/dew/v1/store/checks"))).action;
