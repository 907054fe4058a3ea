import type { Page, UserView } from '@turnpike/contracts';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactElement, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { get } from './api.js';
import { Dialog } from './dialog.js';
import { isUuid } from './names.js';
import { Refused } from './parts.js';
import { queryOf } from './queries.js';

interface Place {
  href: string;
  what: string;
  name: string;
}

/** As many users as fit on a screen: whoever means another types more. */
const USERS_SHOWN = 8;

export function usePaletteKey(open: () => void): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      open();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [open]);
}

/** Jumps to a lane or an operation, by an id or by whom it is about. */
export function Palette({ close }: { close: () => void }): ReactElement {
  const [, navigate] = useLocation();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const sought = text.trim();
  const found = useQuery({
    queryKey: ['jump', sought],
    queryFn: ({ signal }) => placesFor(sought, signal),
    enabled: sought.length > 1,
  });
  const places = (sought.length > 1 && found.data) || [];
  const go = ({ href }: Place): void => {
    navigate(href);
    close();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const place = places[chosen];
    if (place) go(place);
  };
  const move = (by: number): void =>
    setChosen((now) => Math.min(Math.max(now + by, 0), Math.max(places.length - 1, 0)));
  return (
    <Dialog label="Jump to" close={close}>
      <form onSubmit={submit} className="palette">
        <input
          type="search"
          role="combobox"
          aria-label="An id of an operation or a user, or an e-mail address or a name"
          aria-expanded={places.length > 0}
          aria-controls="places"
          aria-activedescendant={places[chosen] ? `place-${chosen}` : undefined}
          placeholder="Operation, user id, e-mail or name"
          autoFocus
          value={text}
          onChange={({ target }) => {
            setText(target.value);
            setChosen(0);
          }}
          onKeyDown={(event) => {
            const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
            if (!by) return;
            event.preventDefault();
            move(by);
          }}
        />
        <div role="listbox" id="places" aria-label="Found">
          {places.map((place, index) => (
            <div
              key={place.href}
              id={`place-${index}`}
              role="option"
              aria-selected={index === chosen}
              onClick={() => go(place)}
            >
              <span className="muted">{place.what}</span> {place.name}
            </div>
          ))}
        </div>
        <p className="muted" role="status">
          {found.isFetching ? 'Looking…' : found.data?.length === 0 ? 'Nothing is found by that.' : ''}
        </p>
        {found.error && <Refused error={found.error} />}
      </form>
    </Dialog>
  );
}

/** An id may be an operation's or a user's: both are asked for, and who is there is offered. */
async function placesFor(sought: string, signal: AbortSignal): Promise<Place[]> {
  if (!isUuid(sought)) return usersFor(sought, signal);
  const id = sought.toLowerCase();
  const isThere = (path: string): Promise<boolean> => get(path, signal).then(Boolean, () => false);
  const [operation, lane] = await Promise.all([
    isThere(`/v1/ops/operations/${id}`),
    isThere(`/v1/ops/lanes/${id}`),
  ]);
  return [
    ...(operation ? [{ href: `/operations/${id}`, what: 'Operation', name: id }] : []),
    ...(lane ? [{ href: `/lanes/${id}`, what: 'Lane of user', name: id }] : []),
  ];
}

async function usersFor(search: string, signal: AbortSignal): Promise<Place[]> {
  const path = `/v1/users${queryOf({ search, limit: USERS_SHOWN })}`;
  const { items } = await get<Page<UserView>>(path, signal);
  return items.map(({ id, firstName, lastName, email }) => ({
    href: `/lanes/${id}`,
    what: 'Lane of',
    name: `${firstName} ${lastName} · ${email}`,
  }));
}
