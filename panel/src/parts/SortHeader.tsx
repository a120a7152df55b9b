import { Group, Table, Text, UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";

interface Sorting<C extends string> {
  by: C;
  down: boolean;
}

/** A column's head that sorts by it; once more turns the order round. */
export function SortHeader<C extends string>(props: { by: C; label: string; width?: string; sorting: Sorting<C>; onSort: (sorting: Sorting<C>) => void }) {
  const { by, label, width, sorting, onSort } = props;
  const active = sorting.by === by;
  const Arrow = sorting.down ? IconArrowDown : IconArrowUp;
  return (
    <Table.Th w={width} aria-sort={active ? (sorting.down ? "descending" : "ascending") : "none"}>
      <UnstyledButton onClick={() => onSort({ by, down: active && !sorting.down })}>
        <Group gap={4} wrap="nowrap">
          <Text size="sm" fw={600} component="span">
            {label}
          </Text>
          {active && <Arrow size={14} aria-hidden />}
        </Group>
      </UnstyledButton>
    </Table.Th>
  );
}
