import type { IntegrityRow, IntegrityUser } from '@turnpike/protocol';
import { RELATIONS as DECLARED } from '@turnpike/contracts';
import type { Declarations } from '../definitions/lifecycle-sagas.js';
import { type Relation, relationOf } from '../definitions/relations.js';
import { findingsAbout, type Gone, sourcesOf } from './rules.js';

const RELATIONS = DECLARED.map(relationOf);

function declared(relations: readonly Relation[]): Pick<Declarations, 'relations' | 'subject'> {
  return { relations, subject: { table: 'identity.users' } as Declarations['subject'] };
}

const ACTIVE: IntegrityUser = { id: 'u', state: 'active', name: 'Grace Hopper' };
const DELETED: IntegrityUser = { ...ACTIVE, state: 'deleted' };

const CUSTOMER: IntegrityRow = {
  id: 'u',
  relation: 'ordering.customers',
  userId: 'u',
  live: true,
  name: 'Grace Hopper',
};
const DELETED_CUSTOMER = { ...CUSTOMER, live: false };

function orderIn(status: 'placed' | 'paid' | 'shipped, delivered, cancelled'): IntegrityRow {
  return { id: 'o', relation: `ordering.orders (${status})`, userId: 'u', live: !status.includes('shipped') };
}

function kindsAbout(user: IntegrityUser | undefined, ...rows: IntegrityRow[]): string[] {
  return findingsAbout('u', user, rows, declared(RELATIONS)).map(
    ({ relation, kind }) => `${relation} ${kind}`,
  );
}

describe('what is wrong about a user', () => {
  it('is nothing where the rows are what their relations declare', () => {
    expect(kindsAbout(ACTIVE, CUSTOMER, orderIn('placed'), orderIn('paid'))).toEqual([]);
    expect(kindsAbout(DELETED, DELETED_CUSTOMER, orderIn('shipped, delivered, cancelled'))).toEqual([]);
    expect(kindsAbout(undefined)).toEqual([]);
  });

  it('is each row whose user is not there, retained ones too', () => {
    expect(kindsAbout(undefined, DELETED_CUSTOMER, orderIn('shipped, delivered, cancelled'))).toEqual([
      'ordering.customers dangling',
      'ordering.orders (shipped, delivered, cancelled) dangling',
    ]);
  });

  it('is a row that is made with the user and is not there, or not in force', () => {
    expect(kindsAbout(ACTIVE)).toEqual(['ordering.customers missing']);
    expect(kindsAbout(DELETED)).toEqual(['ordering.customers missing']);
    expect(kindsAbout(ACTIVE, DELETED_CUSTOMER)).toEqual(['ordering.customers missing']);
  });

  it('is a copy of another name, of a deleted user too', () => {
    const stale = ['ordering.customers stale-copy'];
    expect(kindsAbout(ACTIVE, { ...CUSTOMER, name: 'Grace Murray' })).toEqual(stale);
    expect(kindsAbout(DELETED, { ...DELETED_CUSTOMER, name: 'Grace Murray' })).toEqual(stale);
  });

  it('is what outlived its user, unless it is to be retained', () => {
    expect(kindsAbout(DELETED, CUSTOMER, orderIn('placed'), orderIn('paid'))).toEqual([
      'ordering.customers live-after-delete',
      'ordering.orders (placed) live-after-delete',
      'ordering.orders (paid) live-after-delete',
    ]);
    const retained = { ...orderIn('shipped, delivered, cancelled'), live: true };
    expect(kindsAbout(DELETED, DELETED_CUSTOMER, retained)).toEqual([]);
  });

  it('is what the ledger knows to be deleted or purged and the services have again, whatever identity says', () => {
    const back = (user: IntegrityUser | undefined, gone: Gone, ...rows: IntegrityRow[]): string[] =>
      findingsAbout('u', user, rows, declared(RELATIONS), gone).map(
        ({ relation, kind }) => `${relation} ${kind}`,
      );
    const user = 'identity.users resurrected';
    expect(back(ACTIVE, 'deleted', DELETED_CUSTOMER)).toEqual([user]);
    expect(back(ACTIVE, 'deleted', CUSTOMER)).toEqual([user, 'ordering.customers resurrected']);
    expect(back(DELETED, 'deleted', CUSTOMER)).toEqual(['ordering.customers resurrected']);
    expect(back(DELETED, 'deleted', DELETED_CUSTOMER)).toEqual([]);
    expect(back(DELETED, 'purged')).toEqual([user]);
    const shipped = orderIn('shipped, delivered, cancelled');
    expect(back(undefined, 'purged', shipped)).toEqual([`${shipped.relation} resurrected`]);
    expect(back(undefined, 'deleted', DELETED_CUSTOMER)).toEqual(['ordering.customers dangling']);
  });

  it('is a row that goes and comes back with its user, and is not back, though not every user has one', () => {
    const accounts: Relation = {
      ...RELATIONS[0]!,
      name: 'loyalty.accounts',
      from: 'loyalty.accounts.user_id',
      each: 'optional',
      register: { kind: 'retain' },
      update: { kind: 'retain' },
    };
    const account: IntegrityRow = { id: 'a', relation: accounts.name, userId: 'u', live: false };
    const kindsOf = (user: IntegrityUser, rows: IntegrityRow[], relation = accounts): string[] =>
      findingsAbout('u', user, rows, declared([relation])).map(({ kind }) => kind);
    expect(kindsOf(ACTIVE, [account])).toEqual(['missing']);
    expect(kindsOf(ACTIVE, [])).toEqual([]);
    expect(kindsOf(DELETED, [account])).toEqual([]);
    expect(kindsOf(ACTIVE, [], { ...accounts, each: 'one' })).toEqual(['missing']);
  });

  it('is a row that refers to another which is not there, at each level by itself', () => {
    const all = [
      ...RELATIONS,
      { name: 'loyalty.entries', from: 'loyalty.entries.order_id', to: 'ordering.orders.id' },
      { name: 'perks.badges', from: 'perks.badges.entry_id', to: 'loyalty.entries.id' },
    ].map(relationOf);
    const entry = { id: 'e', relation: 'loyalty.entries', userId: 'u', refersTo: 'o', live: true };
    const badge = { id: 'b', relation: 'perks.badges', userId: 'u', refersTo: 'e', live: true };
    const kindsOf = (user: IntegrityUser | undefined, rows: IntegrityRow[], gone?: Gone): string[] =>
      findingsAbout('u', user, [CUSTOMER, ...rows], declared(all), gone).map(
        ({ relation, kind, id }) => `${relation} ${kind} ${id}`,
      );
    expect(kindsOf(ACTIVE, [orderIn('paid'), entry, badge])).toEqual([]);
    expect(kindsOf(ACTIVE, [entry, badge])).toEqual(['loyalty.entries dangling e']);
    expect(kindsOf(ACTIVE, [orderIn('paid'), badge])).toEqual(['perks.badges dangling b']);
    expect(kindsOf(ACTIVE, [badge])).toEqual(['perks.badges dangling b']);
    // An order of that id is no entry.
    expect(kindsOf(ACTIVE, [orderIn('paid'), { ...badge, refersTo: 'o' }])).toEqual([
      'perks.badges dangling b',
    ]);
    expect(kindsOf(undefined, [badge])).toEqual(['ordering.customers dangling u', 'perks.badges dangling b']);
    expect(kindsOf(undefined, [badge], 'purged')).not.toContain('perks.badges dangling b');
  });

  it('is told of a new relation from its declaration alone', () => {
    const invoices: Relation = {
      ...RELATIONS[1]!,
      name: 'ordering.invoices',
      from: 'ordering.invoices.user_id',
    };
    const relations = [...RELATIONS.filter(({ service }) => service === 'ordering'), invoices];
    expect(sourcesOf(relations)).toEqual([
      { service: 'ordering', name: 'customers', keyedByUser: true },
      { service: 'ordering', name: 'orders', keyedByUser: false },
      { service: 'ordering', name: 'invoices', keyedByUser: false },
    ]);
    const row: IntegrityRow = { id: 'i', relation: 'ordering.invoices', userId: 'u', live: true };
    expect(findingsAbout('u', DELETED, [DELETED_CUSTOMER, row], declared(relations))).toEqual([
      { relation: 'ordering.invoices', kind: 'live-after-delete', id: 'i', userId: 'u' },
    ]);
  });
});
