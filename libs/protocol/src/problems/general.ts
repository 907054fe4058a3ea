/**
 * The problems of every installation (RFC 9457): HTTP status, title, and what the reader can do about it. The gateway
 * serves the last as the page `/problems/{code}`.
 */
export const GENERAL_PROBLEMS = {
  'invalid-request': {
    status: 400,
    title: 'The request is not valid',
    help: 'Look at `errors`: each entry names the path of a field and what is wrong with it. Unknown fields are refused too.',
  },
  'invalid-json': {
    status: 400,
    title: 'The body is not valid JSON',
    help: 'Send UTF-8 JSON that any parser accepts, without duplicate or reserved keys.',
  },
  unauthenticated: {
    status: 401,
    title: 'Sign in first',
    help: 'The access token is missing, expired or no longer valid. Refresh the session or sign in again.',
  },
  'invalid-credentials': {
    status: 401,
    title: 'E-mail or password is wrong',
    help: 'Check both and try again. Deleted and unknown accounts get this answer too.',
  },
  forbidden: {
    status: 403,
    title: 'This needs a role that you do not have',
    help: 'Ask an administrator to do it, or to give you the role.',
  },
  'user-suspended': {
    status: 403,
    title: 'The account is suspended',
    help: 'An operator has suspended it. Ask for it to be reinstated, then sign in again.',
  },
  'not-found': {
    status: 404,
    title: 'There is nothing here',
    help: 'The address is wrong, or what it names does not exist or is not yours.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'This address does not know that method',
    help: 'The header `Allow` lists the methods that it knows.',
  },
  'user-deleting': {
    status: 409,
    title: 'The user is being deleted',
    help: 'A deletion was accepted; no other write of this user is. If it fails, the user can be written again.',
  },
  'user-not-deleted': {
    status: 409,
    title: 'The user is not deleted',
    help: 'There is nothing to restore.',
  },
  'deletion-restricted': {
    status: 409,
    title: 'Something still holds the user',
    help: '`restrictedBy` lists what: end those and delete again.',
  },
  'operation-not-cancellable': {
    status: 409,
    title: 'The operation cannot be cancelled any more',
    help: 'Only a write that has not begun, or one that waits for a retry and was not applied, can be withdrawn.',
  },
  'operation-pending': {
    status: 409,
    title: 'An earlier write has not ended yet',
    help: 'Read again after `Retry-After` seconds, or without `Read-After` for what is known now.',
  },
  'user-deleted': {
    status: 410,
    title: 'The user is deleted',
    help: 'Nothing is written for a deleted user. An administrator can restore one within the grace period.',
  },
  'version-conflict': {
    status: 412,
    title: 'The resource has changed',
    help: 'Read it again, look at what changed, and send the write with the new ETag in `If-Match`.',
  },
  'request-timeout': {
    status: 408,
    title: 'The request was not sent in time',
    help: 'Send the whole request within 10 seconds.',
  },
  'payload-too-large': {
    status: 413,
    title: 'The body is too large',
    help: 'A body may have 256 KiB.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body has a type that is not understood',
    help: 'Send `Content-Type: application/json`, and no `Content-Encoding`.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'This Idempotency-Key was used for another request',
    help: 'Use a new key for a new request; send the same key only with exactly the same request.',
  },
  'headers-too-large': {
    status: 431,
    title: 'The headers are too large',
    help: 'Address and headers may have 16 KiB together, and there may be 100 headers.',
  },
  'rate-limited': {
    status: 429,
    title: 'Too many requests',
    help: 'Wait `Retry-After` seconds.',
  },
  'lane-full': {
    status: 429,
    title: 'Too many writes of this user are waiting',
    help: 'Wait `Retry-After` seconds, until some of them have ended.',
  },
  'internal-error': {
    status: 500,
    title: 'Something went wrong on our side',
    help: 'Tell the operators the request id in `instance`. A write that was not answered with 202 may be sent again with the same Idempotency-Key.',
  },
  unavailable: {
    status: 503,
    title: 'Not available at the moment',
    help: 'Try again after `Retry-After` seconds.',
  },
  'deadline-exceeded': {
    status: 504,
    title: 'The write was given up',
    help: 'It was retried until its deadline and is not applied. Send it again when the service is back.',
  },
  'stale-fence': {
    status: 409,
    title: 'A newer claim has been seen',
    help: 'Between processes only: the caller no longer holds the operation.',
  },
  'undo-refused': {
    status: 409,
    title: 'This step cannot be taken back as things are',
    help: 'Between processes only: the lane halts. When what stands in the way is mended the undo is tried again.',
  },
  'ended-by-operator': {
    status: 409,
    title: 'An operator ended this write',
    help: 'It could not be carried out to its end, and an operator let the writes behind it go on. Read what it was about before you send it again.',
  },
  'lane-not-halted': {
    status: 409,
    title: 'The lane is not halted at this write',
    help: 'Look at the lane again: it goes on already, or has halted at another write since.',
  },
  'step-impossible': {
    status: 409,
    title: 'A service cannot store what this write says',
    help: 'The database of a service refused it, and would refuse it each time. Tell the operators the id of the operation.',
  },
  'step-sealed': {
    status: 409,
    title: 'This step was closed before it was applied',
    help: 'Between processes only: the step was not applied and never will be.',
  },
} as const;
