import { Box, Text } from "@mantine/core";
import type { ReactNode } from "react";

/** Names and what they stand for, in as many columns as fit. What is null is left out. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="facts">
      {facts.map(
        ([name, value]) =>
          value !== null && (
            <Box key={name} miw={0}>
              <Text component="dt" size="xs" c="dimmed" mb={2}>
                {name}
              </Text>
              <Text component="dd" size="sm" m={0} className="wrap">
                {value}
              </Text>
            </Box>
          ),
      )}
    </dl>
  );
}
