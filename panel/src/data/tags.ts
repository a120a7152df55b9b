import { useQuery } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { everyPage } from "@/data/pages";

/** The names of all tags. */
export const useTags = () =>
  useQuery({
    queryKey: ["tags"],
    queryFn: async () => {
      const found = await everyPage(
        (query) => body(api.GET("/v2/tags", { params: { query } })),
        (listing) => listing.tags,
      );
      return found.map(({ name }) => name);
    },
  });

interface Tagged {
  dropletId: number;
  tag: string;
}

const on = ({ dropletId, tag }: Tagged) => ({
  params: { path: { name: tag } },
  body: { resources: [{ resource_id: String(dropletId), resource_type: "droplet" }] },
});

/** Put a tag on a Droplet; one that is new is made. */
export async function putTag(tagged: Tagged): Promise<void> {
  const { tag } = await body(api.POST("/v2/tags", { body: { name: tagged.tag } }));
  await api.POST("/v2/tags/{name}/resources", on({ ...tagged, tag: tag.name })); // as it was written first
}

export async function takeTag(tagged: Tagged): Promise<void> {
  await api.DELETE("/v2/tags/{name}/resources", on(tagged));
}
