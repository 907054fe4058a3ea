import { type FormEvent, type ReactElement, useState } from 'react';
import { signIn } from './api.js';
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
      <form className="card" onSubmit={(event) => void submit(event)}>
        <h1>
          <img src="/ops/favicon.svg" alt="" width="30" height="30" /> Turnpike
        </h1>
        <p className="muted">For operators: sign in with an administrator’s account.</p>
        <label className="field">
          E-mail
          <input name="email" type="email" autoComplete="username" required autoFocus />
        </label>
        <label className="field">
          Password
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        {error && <Refused error={error} />}
        <button type="submit" className="primary" disabled={busy}>
          {busy ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </main>
  );
}
