import { Button, Center, Code, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { type SyntheticEvent, useEffect, useState } from "react";

import { takeLinkSecret, useSignIn } from "@/data/session";
import { Failed } from "@/parts/Failed";
import { Logo } from "@/parts/Logo";

const linkSecret = takeLinkSecret(); // once, however often React begins anew

/** The way in: a link from `dew panel`, which needs nothing typed, or a token. */
export function SignIn() {
  const [token, setToken] = useState("");
  const { mutate, isPending, error } = useSignIn();
  useDocumentTitle("Sign in · Dew");
  useEffect(() => {
    if (linkSecret) mutate({ link: linkSecret });
  }, [mutate]);

  function submit(event: SyntheticEvent): void {
    event.preventDefault();
    mutate({ token: token.trim() });
  }

  return (
    <Center mih="100vh" p="md" component="main">
      <Paper withBorder p="xl" w={400} maw="100%" shadow="sm">
        <form onSubmit={submit}>
          <Stack>
            <Logo size={40} />
            <Title order={1} size="h3">
              Sign in to Dew
            </Title>
            <Text size="sm" c="dimmed">
              Run <Code>dew panel</Code> on the machine Dew runs on and open the link it prints, or paste a token.
            </Text>
            <PasswordInput
              label="Token"
              name="token"
              placeholder="dop_v1_…"
              autoComplete="current-password"
              value={token}
              onChange={(event) => setToken(event.currentTarget.value)}
            />
            {error && <Failed error={error} />}
            <Button type="submit" loading={isPending} disabled={!token.trim()}>
              Sign in
            </Button>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}
