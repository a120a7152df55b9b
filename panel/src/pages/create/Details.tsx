import { Checkbox, Group, NumberInput, SimpleGrid, Stack, TagsInput, Textarea, TextInput } from "@mantine/core";

import { usePlans } from "@/data/backups";
import { MOST_DROPLETS, nameFault } from "@/pages/create/names";

const LONGEST_USER_DATA = 65_536; // bytes: DigitalOcean's

interface DetailsProps {
  names: readonly string[];
  onNames: (names: readonly string[]) => void;
  count: number;
  onCount: (count: number) => void;
  tags: string[];
  onTags: (tags: string[]) => void;
  userData: string;
  onUserData: (text: string) => void;
  backups: boolean;
  onBackups: (wanted: boolean) => void;
}

/** How many and what they are called; tags; Backups; what cloud-init does at the first boot. */
export function Details(props: DetailsProps) {
  const { names, onNames, count, onCount, tags, onTags, userData, onUserData, backups, onBackups } = props;
  const daily = usePlans().data?.find(({ plan }) => plan === "daily");
  return (
    <Stack>
      <Group align="flex-start">
        <NumberInput
          label="How many"
          w={100}
          min={1}
          max={MOST_DROPLETS}
          clampBehavior="strict"
          allowDecimal={false}
          value={count}
          onChange={(value) => onCount(Math.min(Math.max(Number(value) || 1, 1), MOST_DROPLETS))}
        />
        <SimpleGrid cols={{ base: 1, sm: names.length > 1 ? 2 : 1 }} flex={1} miw={220}>
          {names.map((name, place) => (
            <TextInput
              key={place}
              label={names.length > 1 ? `Name ${place + 1}` : "Name"}
              value={name}
              error={nameFault(name) ?? (names.indexOf(name) < place && "Two would have this name.")}
              onChange={(event) => onNames(names.with(place, event.currentTarget.value))}
            />
          ))}
        </SimpleGrid>
      </Group>
      <TagsInput label="Tags" placeholder="prod, web" value={tags} onChange={onTags} splitChars={[",", " "]} maxTags={100} />
      <Checkbox
        label="Backups"
        description={daily && `Made automatically every day, the newest ${daily.kept} are kept. They cost ${daily.percent} % of the Droplet’s price.`}
        checked={backups}
        onChange={(event) => onBackups(event.currentTarget.checked)}
      />
      <Textarea
        label="User data"
        description="For cloud-init at the first boot: a script, or #cloud-config"
        autosize
        minRows={2}
        maxRows={14}
        classNames={{ input: "mono" }}
        value={userData}
        error={new Blob([userData]).size > LONGEST_USER_DATA && "At most 64 KiB."}
        onChange={(event) => onUserData(event.currentTarget.value)}
      />
    </Stack>
  );
}
