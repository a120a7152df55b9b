import { Tabs } from "@mantine/core";

import { dewCommand, doctlCommand, type Wish } from "@/pages/create/commands";
import { CommandLines } from "@/parts/CommandLines";

/** The same as a command, to put into a script. */
export const Commands = ({ wish }: { wish: Wish }) => (
  <Tabs defaultValue="dew" variant="outline" keepMounted={false}>
    <Tabs.List aria-label="The same as a command">
      <Tabs.Tab value="dew">dew</Tabs.Tab>
      <Tabs.Tab value="doctl">doctl</Tabs.Tab>
    </Tabs.List>
    <Tabs.Panel value="dew" pt="xs">
      <CommandLines text={dewCommand(wish)} />
    </Tabs.Panel>
    <Tabs.Panel value="doctl" pt="xs">
      <CommandLines text={doctlCommand(wish)} />
    </Tabs.Panel>
  </Tabs>
);
