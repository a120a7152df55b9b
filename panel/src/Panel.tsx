import { Center, Loader } from "@mantine/core";
import { lazy, Suspense } from "react";
import { Redirect, Route, Switch } from "wouter";

import { useSession } from "@/data/session";
import { Droplets } from "@/pages/Droplets";
import { NotFound } from "@/pages/NotFound";
import { SignIn } from "@/pages/SignIn";
import { Failed } from "@/parts/Failed";
import { Shell } from "@/parts/Shell";

const CreateDroplet = lazy(() => import("@/pages/create/CreateDroplet"));
const Droplet = lazy(() => import("@/pages/droplet/Droplet"));
const Images = lazy(() => import("@/pages/images/Images"));
const Activity = lazy(() => import("@/pages/Activity"));
const Billing = lazy(() => import("@/pages/Billing"));
const Settings = lazy(() => import("@/pages/settings/Settings"));

const waiting = (
  <Center h="40vh">
    <Loader aria-label="Loading" />
  </Center>
);

/** The whole panel: a sign-in for strangers, else the page that the address names. */
export function Panel() {
  const session = useSession();
  if (session.isPending) return waiting;
  if (session.isError) return <Failed error={session.error} again={() => void session.refetch()} />;
  if (session.data === null) return <SignIn />;
  return (
    <Shell session={session.data}>
      <Suspense fallback={waiting}>
        <Pages />
      </Suspense>
    </Shell>
  );
}

function Pages() {
  return (
    <Switch>
      <Route path="/" component={() => <Redirect to="/droplets" replace />} />
      <Route path="/droplets" component={Droplets} />
      <Route path="/droplets/new" component={CreateDroplet} />
      <Route path="/droplets/:id/:tab?">
        {({ id, tab }) => <Droplet key={id} id={Number(id)} tab={tab ?? "overview"} />}
      </Route>
      <Route path="/images/:tab?">{({ tab }) => <Images tab={tab ?? "snapshots"} />}</Route>
      <Route path="/activity" component={Activity} />
      <Route path="/billing" component={Billing} />
      <Route path="/settings/:tab?">{({ tab }) => <Settings tab={tab ?? "keys"} />}</Route>
      <Route component={NotFound} />
    </Switch>
  );
}
