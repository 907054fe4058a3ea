import { Injectable } from '@nestjs/common';
import type { CustomerNameStep, CustomerView, UpdateCustomer } from '@turnpike/contracts';
import { type Applied, assertMatches, Database, Problem, type StepCall } from '@turnpike/service';
import type { EntityManager } from 'typeorm';
import { Customer, customerView } from './customer.entity.js';
import { writeRow } from '../write-row.js';

/** What a renaming leaves for its undo. */
export interface Renamed {
  name: string;
}

/** Customers, one for each user. Everything that takes `tx` runs in the transaction of a step. */
@Injectable()
export class Customers {
  constructor(private readonly database: Database) {}

  /** A second customer of one user breaks a constraint: a defect of the caller's, not an answer to it. */
  async create(tx: EntityManager, { userId }: StepCall, { name }: CustomerNameStep): Promise<Applied> {
    return { body: customerView(await createCustomer(tx, userId, name)) };
  }

  /** The registration did not come about: the customer has never been. */
  async undoCreate(tx: EntityManager, { userId }: StepCall): Promise<Applied> {
    await tx.delete(Customer, { userId });
    return { body: {} };
  }

  /** Follows the user's name. Orders keep the name that they were placed with. */
  async rename(tx: EntityManager, { userId }: StepCall, { name }: CustomerNameStep): Promise<Applied> {
    const customer = await lockActiveCustomer(tx, userId);
    const before: Renamed = { name: customer.name };
    await writeRow(tx, customer, { name });
    return { body: customerView(customer), before };
  }

  /** Gives a customer back the name from before the renaming. */
  async undoRename(tx: EntityManager, { userId }: StepCall, { name }: Renamed): Promise<Applied> {
    const customer = await lockCustomer(tx, userId);
    if (!customer) throw noCustomer();
    await writeRow(tx, customer, { name });
    return { body: customerView(customer) };
  }

  /** Replaces address and phone: what is left out is removed. Answers with what was there before, too. */
  async update(
    tx: EntityManager,
    { userId }: StepCall,
    { deliveryAddress, phone }: UpdateCustomer,
    ifMatch?: string,
  ): Promise<Applied> {
    const customer = await lockActiveCustomer(tx, userId);
    assertMatches(ifMatch, customer.version);
    const before = { phone: customer.phone, deliveryAddress: customer.deliveryAddress };
    await writeRow(tx, customer, { deliveryAddress: deliveryAddress ?? null, phone: phone ?? null });
    return { body: { ...customerView(customer), before } };
  }

  /** @throws Problem `not-found`, or `user-deleted` for a purged customer; a deleted one is found. */
  async find(userId: string): Promise<CustomerView> {
    const customer = await this.database.manager.findOneBy(Customer, { userId });
    if (!customer) throw noCustomer();
    return customerView(customer);
  }
}

export async function createCustomer(tx: EntityManager, userId: string, name: string): Promise<Customer> {
  const customer = tx.create(Customer, { userId, name, phone: null, deliveryAddress: null });
  await tx.insert(Customer, customer);
  return customer;
}

/**
 * Reads a customer and holds the row to the end of the step. The fence admits one step of a user at a time, but
 * only steps: an administrator's script does not pass it, and must not change what a step has just checked.
 */
export function lockCustomer(tx: EntityManager, userId: string): Promise<Customer | null> {
  return tx.findOne(Customer, { where: { userId }, lock: { mode: 'pessimistic_write' } });
}

/** @throws Problem `user-deleted` when there is no customer, or one who is deleted: nothing can be theirs. */
export async function lockActiveCustomer(tx: EntityManager, userId: string): Promise<Customer> {
  const customer = await lockCustomer(tx, userId);
  if (customer?.state !== 'active') throw new Problem('user-deleted', 'There is no active customer.');
  return customer;
}

export function noCustomer(): Problem {
  return new Problem('not-found', 'There is no customer of this user.');
}
