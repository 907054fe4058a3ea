// Guards of what is personal or secret: seals, logs, answers and the audit trail.
const SEALS = 'test/seals.test.ts';
const REDACTION = 'libs/service/src/process/redact.spec.ts';
const SECURITY_LOG = 'test/security-log.test.ts';

export const PRIVACY = [
  {
    name: 'seal-context',
    is: 'what is sealed can be read in its own place alone',
    file: 'libs/engine/src/encryption/cipher.ts',
    edits: [
      ['  cipher.setAAD(Buffer.from(`${VERSION} ${context}`));', '  void context;'],
      ['decipher.setAAD(Buffer.from(`${VERSION} ${context}`)).setAuthTag', 'decipher.setAuthTag'],
    ],
    tests: [[SEALS, 'cannot be moved to another write, another user or another column']],
  },
  {
    name: 'seal-nonce',
    is: 'nothing is sealed the same way twice',
    file: 'libs/engine/src/encryption/cipher.ts',
    edits: [['store = store.subarray(NONCE_BYTES);', '']],
    tests: [[SEALS, 'is never sealed the same way twice']],
  },
  {
    name: 'data-key-erased',
    is: 'a purge destroys the user’s key',
    file: 'libs/engine/src/ledger/statements/erase-user.ts',
    edits: [
      [
        "return rows(tx, 'delete from data_keys where user_id = $1 returning 1', [userId]);",
        "return rows(tx, 'select 1 from data_keys where user_id = $1', [userId]);",
      ],
    ],
    tests: [[SEALS, 'an older copy of a row cannot be read']],
  },
  {
    name: 'data-key-after-purge',
    is: 'no key is made in a closed lane',
    file: 'libs/engine/src/encryption/data-keys.ts',
    edits: [["and admission <> 'closed' order by", 'order by']],
    tests: [[SEALS, 'no key is left by a process that makes one while the purge commits']],
  },
  {
    name: 'log-members',
    is: 'no log line shows a secret or personal member',
    file: 'libs/service/src/process/redact.ts',
    edits: [
      [
        'shown[name] = standInFor(name) ?? redactValue(value, within);',
        'shown[name] = redactValue(value, within);',
      ],
    ],
    tests: [[REDACTION, 'wherever it stands']],
  },
  {
    name: 'log-errors',
    is: 'an error in the log does not show what it carries',
    file: 'libs/service/src/process/redact.ts',
    edits: [
      [
        'if (value instanceof Error) return describeError(value);',
        'if (value instanceof Error) return { ...value, ...describeError(value) };',
      ],
    ],
    tests: [[REDACTION, 'has neither parameters nor details']],
  },
  {
    name: 'log-values',
    is: 'an error of the database does not quote the value that was refused',
    file: 'libs/service/src/process/redact.ts',
    edits: [['const QUOTING = /^22/;', 'const QUOTING = /^none/;']],
    tests: [[REDACTION, 'of a value does not quote it']],
  },
  {
    name: 'problem-tells-nothing',
    is: 'an answer to what nobody foresaw tells nothing of the inside',
    file: 'libs/service/src/problems/problem.ts',
    edits: [
      [
        "return new Problem(known ?? 'internal-error');",
        "return new Problem(known ?? 'internal-error', error instanceof Error ? error.message : undefined);",
      ],
    ],
    tests: [['libs/service/src/problems/problem.spec.ts', 'tells nothing of the inside']],
  },
  {
    name: 'request-id',
    is: 'a request has an id of ours, whatever the client calls it',
    file: 'libs/service/src/http/http.ts',
    edits: [['requestIdHeader: false,', "requestIdHeader: 'x-request-id',"]],
    tests: [['test/http-protocol.test.ts', 'gives every answer an id of its own']],
  },
  {
    name: 'audit-append-only',
    is: 'the audit trail is only appended to',
    file: 'libs/engine/src/ledger/migrations/1764530000002-reasons.ts',
    edits: [["raise exception 'the audit trail is only appended to';", 'return new;']],
    tests: [['test/audit.test.ts', 'is only appended to']],
  },
  {
    name: 'reveal-audit',
    is: 'the audit trail tells who has seen what is hidden, and why',
    file: 'libs/engine/src/ops/operation-detail.ts',
    edits: [
      [
        "await this.trail.append({ action: 'operation.reveal', userId, operationId: id, actorId, reason });",
        'void [userId, actorId, reason];',
      ],
    ],
    tests: [['test/overview.test.ts', 'nothing that somebody wrote until they say why']],
  },
  {
    name: 'hidden-texts',
    is: 'operators do not see what people have written',
    file: 'libs/engine/src/support/redact-payload.ts',
    edits: [
      [
        'return isPlain(value, name) ? value : HIDDEN;',
        "return isPlain(value, name) || HIDDEN !== '' ? value : HIDDEN;",
      ],
    ],
    tests: [['test/overview.test.ts', 'nothing that somebody wrote until they say why']],
  },
  {
    name: 'reads-audit',
    is: 'the audit trail tells what an operator was shown of others',
    file: 'libs/engine/src/ops/audited-requests.interceptor.ts',
    edits: [['await this.trail.append(entryOf(told, done));', 'void entryOf;']],
    tests: [['test/audit.test.ts', 'tells of every read of somebody else']],
  },
  {
    name: 'nothing-untold',
    is: 'nobody is shown what the audit trail cannot tell',
    file: 'libs/engine/src/ops/audited-requests.interceptor.ts',
    edits: [['if (!reply.sent) throw error;', 'if (!reply.sent) return void error;']],
    tests: [['test/audit.test.ts', 'shows nothing while it cannot be written']],
  },
  {
    name: 'reuse-told',
    is: 'the security log tells of a spent refresh token that comes again',
    file: 'identity/src/sessions/sessions.ts',
    edits: [["securityEvent('authn_token_reuse', {", 'void ({']],
    tests: [[SECURITY_LOG, 'tells of the sessions']],
  },
  {
    name: 'refused-access-told',
    is: 'the security log tells of every access that is refused',
    file: 'libs/service/src/problems/refusals.ts',
    edits: [["? 'authz_fail' : EVENTS[code]", '? undefined : EVENTS[code]']],
    tests: [[SECURITY_LOG, 'tells of refused access']],
  },
  {
    name: 'wrong-password-told',
    is: 'the security log tells of a wrong password, wherever one is asked for',
    file: 'gateway/src/sign-in/sign-in-throttle.ts',
    edits: [["securityEvent('authn_login_fail', {", 'void ({']],
    tests: [[SECURITY_LOG, 'tells of a sign-in, a wrong password and a lock']],
  },
  {
    name: 'roles-told',
    is: 'the security log tells who asked for other roles, and for which',
    file: 'libs/engine/src/http/acceptances.ts',
    edits: [["securityEvent('authz_change', {", 'void ({']],
    tests: [[SECURITY_LOG, 'tells of roles that are asked for and in force']],
  },
  {
    name: 'intervention-audit',
    is: 'the audit trail tells who withdrew or repeated a write',
    file: 'libs/engine/src/ops/operator-actions.ts',
    edits: [
      [
        "await this.trail.append({ action: 'operation.cancel', userId, operationId: id, actorId, reason });",
        'void [actorId, reason];',
      ],
    ],
    tests: [['test/audit.test.ts', 'tells who withdrew a write and who repeated one']],
  },
  {
    name: 'hsts',
    is: 'browsers come by HTTPS alone in production',
    file: 'libs/service/src/http/security-headers.ts',
    edits: [['strictTransportSecurity: production && {', 'strictTransportSecurity: !production && {']],
    tests: [['libs/service/src/http/http.spec.ts', 'tells browsers to come by HTTPS in production alone']],
  },
  {
    name: 'no-store',
    is: 'no answer is kept by a cache',
    file: 'libs/service/src/http/security-headers.ts',
    edits: [["    'cache-control': 'no-store',\n", '']],
    tests: [['test/http-hardening.test.ts', 'are kept by nobody']],
  },
];
