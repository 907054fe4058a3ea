import {
  Button,
  Kbd,
  NativeSelect,
  NavLink,
  type MantineColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { type ReactElement, useEffect } from 'react';
import { Link, Route, Switch, useRoute } from 'wouter';
import { followActivity } from './activity.js';
import { signOut } from './api.js';
import { BASE } from './base.js';
import { announce, Announcements } from './announce.js';
import { Palette } from './palette.js';
import { Loading, NotHere, Trouble } from './parts.js';
import { signedOut, useSession } from './queries.js';
import { SignIn } from './sign-in.js';
import { COLOUR_SCHEMES } from './theme.js';
import { Audit } from './views/audit.js';
import { BulkRunView } from './views/bulk-run.js';
import { BulkRuns } from './views/bulk-runs.js';
import { Failures } from './views/failures.js';
import { IntegrityRunView } from './views/integrity-run.js';
import { Integrity } from './views/integrity.js';
import { Lane } from './views/lane.js';
import { Lanes } from './views/lanes.js';
import { Operation } from './views/operation.js';
import { Operations } from './views/operations.js';
import { Overview } from './views/overview.js';

const NAVIGATION = [
  ['/', 'Overview'],
  ['/lanes', 'Lanes'],
  ['/operations', 'Operations'],
  ['/failures', 'Failures'],
  ['/bulk', 'Bulk runs'],
  ['/audit', 'Audit'],
  ['/integrity', 'Integrity'],
] as const;

export function App(): ReactElement {
  const session = useSession();
  if (session.isPending) return <Loading />;
  if (session.isError) return <Trouble error={session.error} retry={() => void session.refetch()} />;
  return session.data ? <Shell /> : <SignIn />;
}

function Shell(): ReactElement {
  const [searching, { open: search, close }] = useDisclosure(false);
  useHotkeys([['mod+K', search]], []);
  useEffect(() => followActivity(signedOut), []);
  return (
    <div className="shell">
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <header className="side">
        <Link href="/" className="brand">
          <img src={`${BASE}/ops/favicon.svg`} alt="" width="26" height="26" />
          Turnpike
        </Link>
        <Button
          className="jump"
          justify="space-between"
          rightSection={<Kbd size="xs">Ctrl K</Kbd>}
          onClick={search}
        >
          Jump to…
        </Button>
        <nav aria-label="Views">
          {NAVIGATION.map(([href, label]) => (
            <NavigationLink key={href} href={href} label={label} />
          ))}
          {/* A page of its own, which this one does not contain. */}
          <NavLink href={`${BASE}/ops/queues`} label="Queues" />
        </nav>
        <div className="side-end">
          <ColourChoice />
          <Button variant="subtle" color="gray" onClick={() => void signOut().then(signedOut, stillSignedIn)}>
            Sign out
          </Button>
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        <Views />
      </main>
      <Palette opened={searching} close={close} />
      <Announcements />
    </div>
  );
}

function stillSignedIn({ message }: Error): void {
  announce(`You are still signed in: ${message}`);
}

function Views(): ReactElement {
  return (
    <Switch>
      <Route path="/" component={Overview} />
      <Route path="/lanes" component={Lanes} />
      <Route path="/lanes/:id">{({ id }) => <Lane key={id} userId={id} />}</Route>
      <Route path="/operations" component={Operations} />
      <Route path="/operations/:id">{({ id }) => <Operation key={id} id={id} />}</Route>
      <Route path="/failures" component={Failures} />
      <Route path="/bulk" component={BulkRuns} />
      <Route path="/bulk/:id">{({ id }) => <BulkRunView key={id} id={id} />}</Route>
      <Route path="/audit" component={Audit} />
      <Route path="/integrity" component={Integrity} />
      <Route path="/integrity/:id">{({ id }) => <IntegrityRunView key={id} id={id} />}</Route>
      <Route component={NotHere} />
    </Switch>
  );
}

function NavigationLink({ href, label }: { href: string; label: string }): ReactElement {
  const [isHere] = useRoute(href);
  const [isBelow] = useRoute(`${href}/:rest`);
  const current = isHere ? 'page' : isBelow && href !== '/' ? 'true' : undefined;
  return (
    <NavLink
      component={Link}
      href={href}
      label={label}
      active={current !== undefined}
      aria-current={current}
    />
  );
}

function ColourChoice(): ReactElement {
  // What would hold the transitions back meanwhile is a style that the page's policy forbids.
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  return (
    <NativeSelect
      aria-label="Colours"
      data={COLOUR_SCHEMES}
      value={colorScheme}
      onChange={({ target }) => setColorScheme(target.value as MantineColorScheme)}
    />
  );
}
