// Guards of the lanes: of what is accepted, in which order it is carried out, and of what a service takes.
const LEDGER = 'test/ledger.test.ts';
const STEPS = 'test/ordering-steps.test.ts';

export const LANES = [
  {
    name: 'lane-depth',
    is: 'a lane that is full takes no write',
    file: 'libs/engine/src/ledger/statements/admit.ts',
    edits: [['depth < asked.max_depth', 'depth < asked.max_depth + 1000']],
    tests: [[LEDGER, 'leaves no gap where a write was refused or replayed']],
  },
  {
    name: 'lane-admission',
    is: 'a lane that is deleting or deleted takes no other write',
    file: 'libs/engine/src/ledger/statements/admit.ts',
    edits: [['and admission = any(asked.admissions) and', 'and asked.admissions is not null and']],
    tests: [[LEDGER, 'closes the lane at its acknowledgement']],
  },
  {
    name: 'key-of-another-request',
    is: 'a key is not used for another request',
    file: 'libs/engine/src/ledger/statements/idempotency-keys.ts',
    edits: [['return known.fingerprint === fingerprint', "return known.fingerprint !== ''"]],
    tests: [[LEDGER, 'refuses a key that was used for another request']],
  },
  {
    name: 'key-of-its-caller',
    is: 'a key is its caller’s own',
    file: 'libs/engine/src/request/fingerprints.ts',
    edits: [['return `user ${userId}`;', 'return `user ${userId.length}`;']],
    tests: [['test/http-idempotency.test.ts', 'is the own of its caller']],
  },
  {
    name: 'claim-epoch',
    is: 'a worker whose claim was taken over ends nothing',
    file: 'libs/engine/src/ledger/statements/complete.ts',
    edits: [
      [
        "case o.state when 'running' then o.epoch = e.epoch end",
        "case o.state when 'running' then o.epoch >= e.epoch end",
      ],
    ],
    tests: [[LEDGER, 'that was taken over changes nothing any more']],
  },
  {
    name: 'steps-agree',
    is: 'an operation ends as its steps are',
    file: 'libs/engine/src/ledger/statements/complete.ts',
    edits: [['and steps_allow(e.known, e.ends_as)', '']],
    tests: [[LEDGER, 'cannot end as not applied while a step may still be applied']],
  },
  {
    name: 'system-write-stays',
    is: 'what the system itself writes is not withdrawn',
    file: 'libs/engine/src/ledger/statements/cancel.ts',
    edits: [
      [
        "case state when 'queued' then effect not in ${OF_SYSTEM} end",
        "case state when 'queued' then true end",
      ],
    ],
    tests: [['test/ledger-relations.test.ts', 'neither an operator, nor a deletion that cancels what waits']],
  },
  {
    name: 'follow-on-after-deletion',
    is: 'what follows another write is not carried out once its user is deleted',
    file: 'libs/engine/src/execution/executor.ts',
    edits: [['if (claimed.follows_id) {', 'if (claimed.follows_id && claimed.beside) {']],
    tests: [['test/follow-ons.test.ts', 'sends nothing of what follows once the user is deleted']],
  },
  {
    name: 'fence',
    is: 'a service refuses the call of an older claim',
    file: 'libs/service/src/steps/steps.ts',
    edits: [['if (isOlder(call.fence, fence)) {', 'if (isOlder(call.fence, { seq: 0, epoch: 0 })) {']],
    tests: [[STEPS, 'refuses an older claim, which is no final answer']],
  },
  {
    name: 'inbox',
    is: 'a service carries a step out once',
    file: 'libs/service/src/steps/steps.ts',
    edits: [
      [
        'if (answer) return new RecordedAnswer(answer.status, answer.body);',
        'if (answer && answer.status === 0) return new RecordedAnswer(answer.status, answer.body);',
      ],
    ],
    tests: [[STEPS, 'returns the first answer, whatever has happened since']],
  },
  {
    name: 'tombstone',
    is: 'a service takes nothing for a user who is deleted',
    file: 'libs/service/src/steps/steps.ts',
    edits: [
      [
        "if (fence.tombstoned && tombstone === 'forbids')",
        'if (fence.tombstoned && tombstone === undefined)',
      ],
    ],
    tests: [[STEPS, 'refuses for good whatever comes for its user']],
  },
];
