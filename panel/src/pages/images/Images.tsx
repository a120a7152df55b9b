import type { ComponentType } from "react";

import { BackupImages } from "@/pages/images/BackupImages";
import { CustomImages } from "@/pages/images/CustomImages";
import { Distributions } from "@/pages/images/Distributions";
import { SnapshotImages } from "@/pages/images/SnapshotImages";
import { PageHeader } from "@/parts/PageHeader";
import { PageTabs } from "@/parts/PageTabs";

const TABS: readonly { path: string; label: string; tab: ComponentType }[] = [
  { path: "snapshots", label: "Snapshots", tab: SnapshotImages },
  { path: "backups", label: "Backups", tab: BackupImages },
  { path: "custom", label: "Custom", tab: CustomImages },
  { path: "distributions", label: "Distributions", tab: Distributions },
];

/** What Droplets can be created from. */
export default function Images({ tab }: { tab: string }) {
  return (
    <>
      <PageHeader title="Images" />
      <PageTabs at="/images" label="Images" tab={tab} tabs={TABS} given={{}} />
    </>
  );
}
