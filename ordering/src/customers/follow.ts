import { Injectable } from '@nestjs/common';
import type { FollowUserStep } from '@turnpike/protocol';
import { type Applied, invalidRequest, type StepCall } from '@turnpike/service';
import type { EntityManager } from 'typeorm';
import { type Customer, customerView } from './customer.entity.js';
import { createCustomer, lockCustomer } from './customers.js';
import { cancelOrders, lockCancellableOrders, markDeleted } from './deletion.js';
import type { CustomerFollowed } from './deletion-answers.js';
import { endCustomer } from './purge.js';
import { writeRow } from '../write-row.js';

/**
 * Makes ordering's rows what they must be for a user as identity has one, whatever they were: repairs use it, and what
 * has happened to a user beside the lane. It has happened, so nothing restricts it any more. Where all is as it should
 * be already nothing is changed, not even a version.
 */
@Injectable()
export class Follow {
  async follow(tx: EntityManager, call: StepCall, { state, name }: FollowUserStep): Promise<Applied> {
    switch (state) {
      case 'active':
        return activate(tx, call, required(name));
      case 'deleted':
        return remove(tx, call, required(name));
      case 'absent':
        return erase(tx, call);
    }
  }
}

async function activate(tx: EntityManager, call: StepCall, name: string): Promise<Applied> {
  const customer = await lockOrCreate(tx, call, name);
  if (customer.state !== 'active' || customer.name !== name) {
    const alive = { state: 'active', deletedAt: null, deletedBy: null, erasedAt: null } as const;
    await writeRow(tx, customer, { ...alive, name });
  }
  return { body: followed(customer), tombstone: 'clear' };
}

/** A customer who was missing is made, so that there is one to restore. */
async function remove(tx: EntityManager, call: StepCall, name: string): Promise<Applied> {
  const customer = await lockOrCreate(tx, call, name);
  const cancelled = await cancelOrders(tx, call, await lockCancellableOrders(tx, call.userId));
  if (customer.state !== 'deleted') await markDeleted(tx, call, customer, name);
  else if (customer.name !== name) await writeRow(tx, customer, { name });
  return { body: followed(customer, cancelled), tombstone: 'set' };
}

async function erase(tx: EntityManager, call: StepCall): Promise<Applied> {
  const body: CustomerFollowed = { customer: null, ...(await endCustomer(tx, call)) };
  return { body, tombstone: 'set' };
}

async function lockOrCreate(tx: EntityManager, { userId }: StepCall, name: string): Promise<Customer> {
  return (await lockCustomer(tx, userId)) ?? createCustomer(tx, userId, name);
}

function followed(customer: Customer, cancelled: string[] = []): CustomerFollowed {
  return { customer: customerView(customer), cancelled, erasures: [] };
}

/** @throws Problem 400: only of a user who is not there there is no name */
function required(name: string | undefined): string {
  if (name === undefined) throw invalidRequest([{ path: 'name', message: 'name is needed in this state' }]);
  return name;
}
