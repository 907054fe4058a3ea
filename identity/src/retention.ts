import { type Trim, trimAll, walkOver } from '@turnpike/service';
import { REVOCATIONS_KEPT } from './sessions/sessions.js';

/**
 * How long a credential waits for its user: longer than any write should wait for its turn. A write that comes later
 * still is refused, and says so. Those of registrations and changes that were never accepted go by this, too.
 */
const PREPARED_KEPT = '30 days';

/** Sessions that nobody has to hear of any more. A refresh token of one that is gone is as invalid as a spent one. */
const ARE_OVER = `(s.revoked_at < now() - interval '${REVOCATIONS_KEPT}'
  or s.expires_at < now() - interval '${REVOCATIONS_KEPT}')`;

/** What of identity goes by itself, beside the answers that every service remembers. Tokens go before their session. */
export const identityRetention: readonly Trim[] = [
  trimAll(
    'refresh_tokens',
    `select t.ctid from sessions s join refresh_tokens t on t.session_id = s.id where ${ARE_OVER}`,
  ),
  trimAll(
    'sessions',
    `select t.ctid from sessions s join sessions t on t.id = s.id
     where ${ARE_OVER} and not exists (select 1 from refresh_tokens where session_id = s.id)`,
  ),
  // Every user has one, and they have no order in time: the walk looks at all, and only seldom.
  walkOver('credentials', {
    ...{ key: 'id', type: 'uuid', kept: PREPARED_KEPT },
    goes: `t.created_at < now() - interval '${PREPARED_KEPT}'
      and not exists (select 1 from users where credential_id = t.id)`,
  }),
];
