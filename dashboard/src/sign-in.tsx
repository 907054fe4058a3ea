import { Alert, Button, Paper, Text, TextInput, Title } from '@mantine/core';
import { type FormEvent, type ReactElement, useState } from 'react';
import { signIn } from './api.js';
import { BASE } from './base.js';
import { textOf } from './form.js';
import { Refused } from './parts.js';
import { signedIn } from './queries.js';

export function SignIn(): ReactElement {
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget;
    setBusy(true);
    await signIn(textOf(form, 'email'), textOf(form, 'password')).then(signedIn, setError);
    setBusy(false);
  };
  return (
    <main className="sign-in">
      <Paper
        component="form"
        className="card"
        onSubmit={(event: FormEvent<HTMLFormElement>) => void submit(event)}
      >
        <Title order={1} size="h2">
          <img src={`${BASE}/ops/favicon.svg`} alt="" width="30" height="30" /> Turnpike
        </Title>
        <Text c="dimmed">For operators: sign in with an account that has a role.</Text>
        {!window.isSecureContext && <NotTrusted />}
        <TextInput label="E-mail" name="email" type="email" autoComplete="username" required autoFocus />
        <TextInput
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          required
        />
        {error && <Refused error={error} />}
        <Button type="submit" variant="filled" disabled={busy}>
          {busy ? 'Signing in…' : 'Sign in'}
        </Button>
      </Paper>
    </main>
  );
}

/** A browser drops the session's cookie where it does not trust the way that the page came. */
function NotTrusted(): ReactElement {
  const { host, hostname, port } = window.location;
  return (
    <Alert color="yellow" title="You cannot sign in from here" role="note">
      This page came over http from {host}; the session’s cookie needs https or localhost. Use https, or a
      tunnel:{' '}
      <code>
        ssh -L 3000:localhost:{port || '80'} {hostname}
      </code>{' '}
      and then <code>http://localhost:3000{BASE}/ops</code>.
    </Alert>
  );
}
