import { Badge, Button, Group } from "@mantine/core";

import type { ListedSession } from "@/api/types";
import { useSignOut } from "@/data/session";
import { useRevokeSession, useSessions } from "@/data/sessions";
import { Entry } from "@/pages/settings/Entry";
import { Listed } from "@/pages/settings/Listed";
import { rights } from "@/pages/settings/tokenWords";
import { Ago, Remaining } from "@/parts/Ago";
import { Failed } from "@/parts/Failed";

/** The browsers that are signed in. */
export const Sessions = () => <Listed query={useSessions()} empty={null} row={(session) => <Row session={session} />} />;

function Row({ session }: { session: ListedSession }) {
  const revoke = useRevokeSession();
  const signOut = useSignOut();
  const title = (
    <Group gap="xs" component="span">
      {session.token_name}
      {session.current && (
        <Badge variant="light" tt="none" fw={500}>
          This browser
        </Badge>
      )}
    </Group>
  );
  const about = (
    <>
      {rights(session.scopes)} · signed in <Ago at={session.created_at} /> · used <Ago at={session.last_used_at} /> · ends in <Remaining until={session.expires_at} />
    </>
  );
  return (
    <>
      <Entry title={title} about={about}>
        <Button
          size="xs"
          variant="default"
          loading={revoke.isPending || signOut.isPending}
          aria-label={session.current ? "Sign out this browser" : `Sign out session ${session.id}, of ${session.token_name}`}
          onClick={() => (session.current ? signOut.mutate() : revoke.mutate(session.id))}
        >
          Sign out
        </Button>
      </Entry>
      {revoke.error && <Failed error={revoke.error} />}
      {signOut.error && <Failed error={signOut.error} />}
    </>
  );
}
