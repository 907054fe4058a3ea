import { NativeSelect, TextInput } from '@mantine/core';
import type { ReactElement } from 'react';
import { useSearchParams } from 'wouter';

export type Filters<Name extends string> = Partial<Record<Name, string>>;

/** Filters live in the address, so that every view of them can be linked to. */
export function useFilters<Name extends string>(
  names: readonly Name[],
): [Filters<Name>, (name: Name, value: string) => void] {
  const [params, setParams] = useSearchParams();
  const filters = Object.fromEntries(
    names.flatMap((name) => (params.get(name) ? [[name, params.get(name)!]] : [])),
  ) as Filters<Name>;
  const set = (name: Name, value: string): void => {
    setParams(
      (now) => {
        const next = new URLSearchParams(now);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  };
  return [filters, set];
}

interface FieldProps {
  label: string;
  value: string | undefined;
  set: (value: string) => void;
}

export function ChoiceFilter({
  label,
  value = '',
  set,
  choices,
  all = 'all',
}: FieldProps & { choices: readonly (readonly [string, string])[]; all?: string }): ReactElement {
  return (
    <NativeSelect
      label={label}
      value={value}
      onChange={({ target }) => set(target.value)}
      data={[{ value: '', label: all }, ...choices.map(([choice, name]) => ({ value: choice, label: name }))]}
    />
  );
}

/** @returns choices that are called what they are */
export function plain(choices: readonly string[]): [string, string][] {
  return choices.map((choice) => [choice, choice]);
}

/** Taken over when it is left or confirmed, so that half an id is not asked for. */
export function TextFilter({
  label,
  value = '',
  set,
  placeholder,
}: FieldProps & { placeholder?: string }): ReactElement {
  return (
    <TextInput
      key={value}
      className="grow"
      label={label}
      type="search"
      defaultValue={value}
      placeholder={placeholder}
      maxLength={200}
      onBlur={({ target }) => set(target.value.trim())}
      onKeyDown={({ key, currentTarget }) => {
        if (key === 'Enter') set(currentTarget.value.trim());
      }}
    />
  );
}

/** In the reader's own time; the address has it in UTC. */
export function TimeFilter({ label, value, set }: FieldProps): ReactElement {
  return (
    <TextInput
      label={label}
      type="datetime-local"
      defaultValue={localOf(value)}
      onChange={({ target }) => set(target.value && new Date(target.value).toISOString())}
    />
  );
}

/** @returns nothing for what is no time: anything can stand in an address */
function localOf(text = ''): string {
  const time = new Date(text);
  const local = time.getTime() - time.getTimezoneOffset() * 60_000;
  return Number.isNaN(local) ? '' : new Date(local).toISOString().slice(0, 16);
}
