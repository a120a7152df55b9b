import type { ComponentType } from "react";

import { About } from "@/pages/settings/About";
import { Doctor } from "@/pages/settings/Doctor";
import { Keys } from "@/pages/settings/Keys";
import { Sessions } from "@/pages/settings/Sessions";
import { Storage } from "@/pages/settings/Storage";
import { Tokens } from "@/pages/settings/Tokens";
import { PageHeader } from "@/parts/PageHeader";
import { PageTabs } from "@/parts/PageTabs";

const TABS: readonly { path: string; label: string; tab: ComponentType }[] = [
  { path: "keys", label: "SSH keys", tab: Keys },
  { path: "tokens", label: "API tokens", tab: Tokens },
  { path: "sessions", label: "Sessions", tab: Sessions },
  { path: "storage", label: "Storage", tab: Storage },
  { path: "doctor", label: "Doctor", tab: Doctor },
  { path: "about", label: "About", tab: About },
];

/** Who may come in, and how this machine is. */
export default function Settings({ tab }: { tab: string }) {
  return (
    <>
      <PageHeader title="Settings" />
      <PageTabs at="/settings" label="Settings" tab={tab} tabs={TABS} given={{}} />
    </>
  );
}
