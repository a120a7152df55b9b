import { Badge, Group } from "@mantine/core";

export function Tags({ tags, onPick }: { tags: readonly string[]; onPick?: (tag: string) => void }) {
  return (
    <Group gap={4}>
      {tags.map((tag) =>
        onPick ? (
          <Badge key={tag} component="button" variant="light" tt="none" fw={500} className="pick" onClick={() => onPick(tag)} aria-label={`Only ${tag}`}>
            {tag}
          </Badge>
        ) : (
          <Badge key={tag} variant="light" tt="none" fw={500}>
            {tag}
          </Badge>
        ),
      )}
    </Group>
  );
}
