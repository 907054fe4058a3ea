import type { Page, UserView } from '@turnpike/contracts';
import { Combobox, Modal, Text, TextInput, useCombobox } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { get } from './api.js';
import { STILL } from './dialog.js';
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
  const { data, error, isFetching } = useQuery({
    queryKey: ['jump', sought],
    queryFn: ({ signal }) => placesFor(sought, signal),
    enabled: sought.length > 1,
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
