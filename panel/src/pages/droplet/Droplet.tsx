import "./droplet.css";

import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { IconServer2 } from "@tabler/icons-react";
import { Link } from "wouter";

import { isNotFound } from "@/api/errors";
import { useDroplet, useDropletDetail } from "@/data/droplets";
import { Empty } from "@/parts/Empty";
import { Failed } from "@/parts/Failed";
import { FailedAction } from "@/pages/droplet/FailedAction";
import { Header } from "@/pages/droplet/Header";
import { TabBar } from "@/pages/droplet/TabBar";
import { Trouble } from "@/pages/droplet/Trouble";

/** One Droplet: how it is, what is being done to it, and a tab for each thing that can be done. */
export default function Droplet({ id, tab }: { id: number; tab: string }) {
  const droplet = useDroplet(id);
  const detail = useDropletDetail(id);
  const error = droplet.error ?? detail.error;
  if (isNotFound(error)) return <Gone />;
  if (droplet.data && detail.data) {
    return (
      <>
        <Header droplet={droplet.data} detail={detail.data} />
        <Trouble detail={detail.data} />
        <FailedAction dropletId={id} />
        <TabBar tab={tab} droplet={droplet.data} detail={detail.data} />
      </>
    );
  }
  if (error) return <Failed error={error} again={() => void Promise.all([droplet.refetch(), detail.refetch()])} />;
  return <Waiting />;
}

const Waiting = () => (
  <Stack aria-busy="true" aria-label="Loading">
    <Skeleton height={64} />
    <Skeleton height={36} />
    <Skeleton height={240} />
  </Stack>
);

const Gone = () => (
  <Empty icon={IconServer2} title="This Droplet is gone" page>
    <Text c="dimmed">It was destroyed, or never was. Snapshots outlive their Droplet.</Text>
    <Group justify="center">
      <Button component={Link} href="/droplets">
        Droplets
      </Button>
      <Button component={Link} href="/images/snapshots" variant="default">
        Snapshots
      </Button>
    </Group>
  </Empty>
);
