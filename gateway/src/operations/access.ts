import type { EndingOf } from '@turnpike/engine';

/*
 * What the acceptance of a write does to the access of the user whose lane it is in.
 */

/** A write of roles about which nothing is known takes some away. */
export const byRoles: EndingOf = (_, { grantsSince = null }) => ({
  spares: null,
  unlessRolesSince: grantsSince,
});

/** The session that asks for another password goes on. */
export const byPassword: EndingOf = ({ payload }, { sessionEpoch = null }) => {
  const id = payload['keepSession'] as string | undefined;
  return { spares: id === undefined ? null : { id, epoch: sessionEpoch }, unlessRolesSince: null };
};

/** Users who delete themselves may read until it is carried out. */
export const byDeletion: EndingOf = ({ actorId, userId }) =>
  actorId === userId ? null : { spares: null, unlessRolesSince: null };
