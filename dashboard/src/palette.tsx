import type { LaneView, Page } from '@turnpike/protocol';
import type { UserView } from '@turnpike/contracts';
import { Combobox, Modal, Text, TextInput, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { get } from './api.js';
import { STILL } from './dialog.js';
import { isUuid } from './names.js';
import { Refused } from './parts.js';
import { queryOf, useReadsUsers } from './queries.js';

/** Milliseconds without a key after which a text is looked for: the audit log tells of every search. */
const PAUSE_MS = 250;

interface Place {
  href: string;
  what: string;
  name: string;
}

/** As many users as fit on a screen: whoever means another types more. */
const USERS_SHOWN = 8;

/** Jumps to a lane or an operation, by an id or by whom it is about. */
export function Palette({ opened, close }: { opened: boolean; close: () => void }): ReactElement {
  return (
    <Modal opened={opened} onClose={close} title="Jump to" {...STILL}>
      <Jump close={close} />
    </Modal>
  );
}

function Jump({ close }: { close: () => void }): ReactElement {
  const [, navigate] = useLocation();
  const [text, setText] = useState('');
  const sought = text.trim();
  const lanesFor = useReadsUsers() ? lanesOfUsers : lanesFound;
  const [settled] = useDebouncedValue(sought, PAUSE_MS);
  const { data, error, isFetching } = useQuery({
    queryKey: ['jump', sought],
    queryFn: ({ signal }) => (isUuid(sought) ? placesOf(sought, signal) : lanesFor(sought, signal)),
    enabled: sought.length > 1 && sought === settled,
  });
  const combobox = useCombobox({ opened: Boolean(data?.length), onDropdownClose: close });
  const { selectFirstOption } = combobox;
  useEffect(() => {
    if (data) selectFirstOption();
  }, [data, selectFirstOption]);
  const go = (href: string): void => {
    navigate(href);
    close();
  };
  return (
    <Combobox store={combobox} onOptionSubmit={go}>
      <Combobox.EventsTarget withExpandedAttribute>
        <TextInput
          type="search"
          aria-label="An id of an operation or a user, or an e-mail address or a name"
          placeholder="Operation, user id, e-mail or name"
          data-autofocus
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      </Combobox.EventsTarget>
      <Combobox.Options aria-label="Found" mt="xs">
        {data?.map(({ href, what, name }) => (
          <Combobox.Option key={href} value={href}>
            {what} {name}
          </Combobox.Option>
        ))}
      </Combobox.Options>
      <Text c="dimmed" role="status">
        {isFetching ? 'Looking…' : data?.length === 0 ? 'Nothing is found by that.' : ''}
      </Text>
      {error && <Refused error={error} />}
    </Combobox>
  );
}

/** An id may be an operation's or a user's: both are asked for, and who is there is offered. */
async function placesOf(sought: string, signal: AbortSignal): Promise<Place[]> {
  const id = sought.toLowerCase();
  const isThere = (path: string): Promise<boolean> => get(path, signal).then(Boolean, () => false);
  const [operation, lane] = await Promise.all([
    isThere(`/v1/ops/operations/${id}`),
    isThere(`/v1/ops/lanes/${id}`),
  ]);
  return [
    ...(operation ? [{ href: `/operations/${id}`, what: 'Operation', name: id }] : []),
    ...(lane ? [laneOf(id)] : []),
  ];
}

async function lanesOfUsers(search: string, signal: AbortSignal): Promise<Place[]> {
  const path = `/v1/users${queryOf({ search, limit: USERS_SHOWN })}`;
  const { items } = await get<Page<UserView>>(path, signal);
  return items.map(({ id, firstName, lastName, email }) => ({
    href: `/lanes/${id}`,
    what: 'Lane of',
    name: `${firstName} ${lastName} · ${email}`,
  }));
}

/** By their ids alone: names are for those who may read users. */
async function lanesFound(search: string, signal: AbortSignal): Promise<Place[]> {
  const { items } = await get<Page<LaneView>>(
    `/v1/ops/lanes${queryOf({ search, limit: USERS_SHOWN })}`,
    signal,
  );
  return items.map(({ userId }) => laneOf(userId));
}

function laneOf(userId: string): Place {
  return { href: `/lanes/${userId}`, what: 'Lane of user', name: userId };
}
