import type { PersonalColumns } from '@turnpike/service';

/** What a purge erases of a user; e-mail addresses, credentials and sessions go whole. */
export const USER_COLUMNS: PersonalColumns = {
  email: 'null',
  credential_id: 'null',
  first_name: `''`,
  last_name: `''`,
  roles: `'{}'`,
  claims: `'{}'`,
};
