import { IsIn } from 'class-validator';
import { Optional, Text, Time } from '../wire/validation.js';

/*
 * The bodies of the steps that say how the user of a lane is: whoever owns the users confirms one, all others follow.
 */

export const USER_STATES = ['active', 'deleted'] as const;
export type UserState = (typeof USER_STATES)[number];

/** What the step that confirms a user answers. `absent` is who never was, or is purged. */
export const CONFIRMED_STATES = [...USER_STATES, 'absent'] as const;
export type ConfirmedState = (typeof CONFIRMED_STATES)[number];

/** What the ledger, which is the register of deletions, says of a user whom it has decided about. */
export const REGISTERED_STATES = ['active', 'deleted', 'purged'] as const;
export type RegisteredState = (typeof REGISTERED_STATES)[number];

/** What the register says of the user; left out where it says nothing, and the word of the users' owner counts. */
export class ConfirmUserStep {
  @Optional()
  @IsIn(REGISTERED_STATES)
  register?: RegisteredState;

  /** Of a deleted user: when that was. */
  @Optional()
  @Time()
  deletedAt?: string;
}

/** The register's word goes with a purge: the user is purged, in whatever state the row came back. */
export class PurgeUserStep {
  @Optional()
  @IsIn(['purged'])
  register?: 'purged';
}

/** What a copy holds of the user, and in which state the user is, for a service to agree with. */
export class FollowUserStep {
  @IsIn(CONFIRMED_STATES)
  state: ConfirmedState;

  /** First and last name; left out where there is no user. */
  @Optional()
  @Text(401)
  name?: string;
}
