import { Autocomplete, Button, Group, Pill, Stack, Text } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";

import { useRequest } from "@/data/actions";
import { putTag, takeTag, useTags } from "@/data/tags";
import { Failed } from "@/parts/Failed";
import type { TabProps } from "@/pages/droplet/tab";

const LONGEST_TAG = 255; // as the API has it

/** The tags of a Droplet, by which many are found and acted on at once. */
export function Tags({ droplet }: TabProps) {
  const [name, setName] = useState("");
  const known = useTags().data ?? [];
  const put = useRequest(putTag, { quiet: true });
  const take = useRequest(takeTag, { quiet: true });
  const error = put.error ?? take.error;

  function submit(event: SyntheticEvent): void {
    event.preventDefault();
    put.mutate({ dropletId: droplet.id, tag: name.trim() }, { onSuccess: () => setName("") });
  }

  return (
    <Stack gap="md">
      <form onSubmit={submit}>
        <Group align="flex-end" gap="sm">
          <Autocomplete
            label="Tag"
            flex="1 1 14rem"
            maw={360}
            maxLength={LONGEST_TAG}
            data={known.filter((tag) => !droplet.tags.includes(tag))}
            limit={20}
            value={name}
            onChange={setName}
          />
          <Button type="submit" loading={put.isPending} disabled={name.trim() === ""}>
            Add
          </Button>
        </Group>
      </form>
      {error && <Failed error={error} />}
      {droplet.tags.length === 0 ? (
        <Text c="dimmed">No tags yet. Droplets that share one can be found, and acted on together.</Text>
      ) : (
        <Group gap="xs" role="list" aria-label="Tags">
          {droplet.tags.map((tag) => (
            <Pill
              key={tag}
              size="md"
              role="listitem"
              maw="100%"
              withRemoveButton
              disabled={take.isPending && take.variables.tag === tag}
              onRemove={() => take.mutate({ dropletId: droplet.id, tag })}
              removeButtonProps={{ "aria-label": `Remove ${tag}`, "aria-hidden": false, tabIndex: 0 }}
            >
              {tag}
            </Pill>
          ))}
        </Group>
      )}
    </Stack>
  );
}
