import { Problem } from '@turnpike/service';
import type { EntityManager } from 'typeorm';

/*
 * Who has which e-mail address. The primary key of `email_addresses` decides, whatever runs at the same time:
 * an insert waits for another user's unfinished one and then sees what became of it. An address is a row until
 * its user is purged; while a change of address may still be undone the old one stays as a reserved row.
 */

/** Gives the address to the user, who may already have it in reserve. @throws Problem `email-taken` */
export async function takeEmail(tx: EntityManager, userId: string, email: string): Promise<void> {
  const taken = await tx.query<unknown[]>(
    `insert into email_addresses (email, user_id) values ($1, $2)
     on conflict (email) do update set reserved = false where email_addresses.user_id = excluded.user_id
     returning email`,
    [email, userId],
  );
  if (taken.length === 0) throw new Problem('email-taken');
}

/** Exchanges the present address, which stays reserved. @throws Problem `email-taken` */
export async function exchangeEmail(tx: EntityManager, userId: string, email: string): Promise<void> {
  await tx.query('update email_addresses set reserved = true where user_id = $1 and not reserved', [userId]);
  await takeEmail(tx, userId, email);
}

/** Undoes an exchange: the present address is free again, the reserved `email` is the user's present one. */
export async function takeEmailBack(tx: EntityManager, userId: string, email: string): Promise<void> {
  await tx.query('delete from email_addresses where user_id = $1 and not reserved', [userId]);
  await takeEmail(tx, userId, email);
}

/** Frees the addresses that the user has only in reserve. */
export async function releaseReservedEmails(tx: EntityManager, userId: string): Promise<void> {
  await tx.query('delete from email_addresses where user_id = $1 and reserved', [userId]);
}

/** Frees all of the user's addresses. @returns how many there were */
export async function releaseEmails(tx: EntityManager, userId: string): Promise<number> {
  const [, released] = await tx.query<[unknown[], number]>('delete from email_addresses where user_id = $1', [
    userId,
  ]);
  return released;
}
