import { Button, Text } from "@mantine/core";
import { IconKey, IconPlus } from "@tabler/icons-react";
import { useState } from "react";

import type { Token } from "@/api/types";
import { useRevokeToken, useTokens } from "@/data/tokens";
import { CreateToken } from "@/pages/settings/CreateToken";
import { Entry } from "@/pages/settings/Entry";
import { Listed } from "@/pages/settings/Listed";
import { rights } from "@/pages/settings/tokenWords";
import { Ago, Remaining } from "@/parts/Ago";
import { Confirm } from "@/parts/Confirm";
import { Empty } from "@/parts/Empty";

/** What programs come in with. */
export function Tokens() {
  const [creating, setCreating] = useState(false);
  return (
    <>
      <Button size="xs" variant="default" mb="md" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setCreating(true)}>
        Create a token
      </Button>
      <Listed
        query={useTokens()}
        empty={
          <Empty icon={IconKey} title="No token">
            Programs that use the API need one.
          </Empty>
        }
        row={(token) => <Row token={token} />}
      />
      <CreateToken opened={creating} onClose={() => setCreating(false)} />
    </>
  );
}

function Row({ token }: { token: Token }) {
  const [asked, setAsked] = useState(false);
  const { mutate, isPending, error } = useRevokeToken();
  const close = () => setAsked(false);
  return (
    <>
      <Entry title={token.name} about={<About token={token} />}>
        <Button size="xs" variant="default" aria-label={`Revoke ${token.name}`} onClick={() => setAsked(true)}>
          Revoke
        </Button>
      </Entry>
      <Confirm title="Revoke this token?" verb="Revoke" danger opened={asked} onClose={close} pending={isPending} error={error} onConfirm={() => mutate(token.id, { onSuccess: close })}>
        <Text size="sm" className="wrap">{`Programs that use ${token.name} are refused from now on, and browsers that signed in with it are signed out. Droplets go on.`}</Text>
      </Confirm>
    </>
  );
}

const About = ({ token }: { token: Token }) => (
  <>
    {rights(token.scopes)} · created <Ago at={token.created_at} /> · {token.last_used_at ? <>used <Ago at={token.last_used_at} /></> : "never used"}
    {token.expires_at && (
      <>
        {" "}
        · works for <Remaining until={token.expires_at} /> more
      </>
    )}
  </>
);
