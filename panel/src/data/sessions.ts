import { useMutation, useQuery } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { everyPage } from "@/data/pages";
import { queries } from "@/data/queries";

/** The browsers that are signed in. */
export const useSessions = () =>
  useQuery({
    queryKey: ["sessions"],
    queryFn: () =>
      everyPage(
        (query) => body(api.GET("/dew/v1/sessions", { params: { query } })),
        (listing) => listing.sessions,
      ),
    refetchOnMount: "always", // their last use is told by no event
  });

export const useRevokeSession = () =>
  useMutation({
    mutationFn: (id: number) => api.DELETE("/dew/v1/sessions/{session_id}", { params: { path: { session_id: id } } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["sessions"] }),
  });
