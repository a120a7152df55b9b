import { Button, Menu } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "wouter";

import { ImageRow } from "@/parts/ImageRow";

interface CreatableRowProps {
  image: { id: number; name: string };
  /** What else is known of it, in one line. */
  about: ReactNode;
  /** What is wrong with it; empty if nothing is. */
  trouble?: string;
  ready?: boolean;
  menu: readonly { label: string; danger?: boolean; onClick: () => void }[];
  children?: ReactNode;
}

/** An Image among those of its kind; creating a Droplet comes first. */
export function CreatableRow({ image, ready = true, menu, ...rest }: CreatableRowProps) {
  return (
    <ImageRow
      image={image}
      first={
        ready && (
          <Button size="xs" variant="default" component={Link} href={`/droplets/new?image=${image.id}`} aria-label={`Create Droplet from ${image.name}`}>
            Create Droplet
          </Button>
        )
      }
      menu={(then) =>
        menu.map(({ label, danger, onClick }) => (
          <Menu.Item key={label} {...(danger ? { color: "red", className: "danger" } : {})} onClick={then(onClick)}>
            {label}
          </Menu.Item>
        ))
      }
      {...rest}
    />
  );
}
