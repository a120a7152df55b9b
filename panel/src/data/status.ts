import { useQuery } from "@tanstack/react-query";

import { api, body } from "@/api/client";

/** dewd itself: its version, the room there is, which guests it had to halt. */
export const useStatus = () => useQuery({ queryKey: ["status"], queryFn: () => body(api.GET("/dew/v1/status")) });
