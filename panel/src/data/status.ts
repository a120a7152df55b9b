import { useQuery } from "@tanstack/react-query";

import { api, body } from "@/api/client";

/** dewd itself: its version, the room there is, which guests it had to halt. */
export const useStatus = ({ anew = false } = {}) =>
  useQuery({
    queryKey: ["status"],
    queryFn: () => body(api.GET("/dew/v1/status")),
    refetchOnMount: anew ? "always" : true,
  });

const LINES = 200;

/** The last lines of dewd's log. */
export const useLog = () =>
  useQuery({
    queryKey: ["log"],
    queryFn: async () => (await body(api.GET("/dew/v1/logs", { params: { query: { lines: LINES } } }))).lines,
    refetchOnMount: "always",
  });
