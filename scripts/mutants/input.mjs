// Guards of what comes in, from clients and from services.
const PROTOCOL = 'test/http-protocol.test.ts';
const JSON_BODIES = 'libs/service/src/http/body.spec.ts';
const ADDRESSES = 'libs/engine/src/webhooks/address-guard.spec.ts';
const ANSWERS = 'libs/engine/src/execution/service-client.spec.ts';

export const INPUT = [
  {
    name: 'body-limit',
    is: 'a body has 256 KiB',
    file: 'libs/service/src/http/body.ts',
    edits: [['{ bytes: 256 * 1024, depth', '{ bytes: 257 * 1024, depth']],
    tests: [[PROTOCOL, 'takes a body of 256 KiB and refuses one of a byte more']],
  },
  {
    name: 'json-depth',
    is: 'JSON is 20 deep',
    file: 'libs/service/src/http/body.ts',
    edits: [['depth: 20, values', 'depth: 2000, values']],
    tests: [[JSON_BODIES, 'is 20 deep at most']],
  },
  {
    name: 'json-values',
    is: 'JSON has 2,000 values',
    file: 'libs/service/src/http/body.ts',
    edits: [['values: 2000, items', 'values: 2_000_000, items']],
    tests: [[JSON_BODIES, 'has 2,000 values at most']],
  },
  {
    name: 'member-twice',
    is: 'a member that is there twice is refused',
    file: 'libs/service/src/http/body.ts',
    edits: [['if (membersIn(text) !== members)', 'if (membersIn(text) < members)']],
    tests: [[JSON_BODIES, 'has each member once']],
  },
  {
    name: 'unknown-field',
    is: 'a field that is not known is refused, so that no role can be slipped in',
    file: 'libs/service/src/http/validation.ts',
    edits: [['for (const name of Object.keys(object)) if (!plan.has(name)) return false;', '']],
    tests: [['test/http-input.test.ts', 'is no registration with']],
  },
  {
    name: 'compressed-body',
    is: 'a compressed body is not unpacked',
    file: 'libs/service/src/http/http.ts',
    edits: [["if (coding !== 'identity') throw", "if (coding === 'none') throw"]],
    tests: [[PROTOCOL, 'unpacked by nobody']],
  },
  {
    name: 'host-twice',
    is: 'what two readers may read in two ways is refused',
    file: 'libs/service/src/http/http.ts',
    edits: [['if (new Set(once).size < once.length) {', 'if (new Set(once).size > once.length) {']],
    tests: [['test/http-hardening.test.ts', 'is no request']],
  },
  {
    name: 'webhook-address',
    is: 'a webhook is at a public address',
    file: 'libs/engine/src/webhooks/address-guard.ts',
    edits: [
      [
        "if (address.range() !== 'unicast' || address.toString() === METADATA) return false;",
        'if (address.toString() === METADATA) return false;',
      ],
    ],
    tests: [[ADDRESSES, 'a webhook may not be']],
  },
  {
    name: 'webhook-connection',
    is: 'the address of a webhook is judged when the connection is made',
    file: 'libs/engine/src/webhooks/address-guard.ts',
    edits: [
      [
        'const refused = addresses.find(({ address }) => !this.isAllowed(address));',
        "const refused = addresses.find(({ address }) => address === '');",
      ],
    ],
    tests: [[ADDRESSES, 'that was public when it was looked at, and leads into the network later']],
  },
  {
    name: 'recorded-answer',
    is: 'an answer ends a step only if the service has recorded it',
    file: 'libs/engine/src/execution/service-client.ts',
    edits: [
      [
        "const recorded = response.headers[HEADERS.stepRecorded] === 'true';",
        "const recorded = response.headers[HEADERS.stepRecorded] !== 'no';",
      ],
    ],
    tests: [[ANSWERS, 'to a step is final only if it is recorded']],
  },
  {
    name: 'bounded-answer',
    is: 'an answer of a service has 64 MiB',
    file: 'libs/engine/src/execution/service-client.ts',
    edits: [['        maxContentLength: MAX_ANSWER_BYTES,\n', '']],
    tests: [[ANSWERS, 'is left when it has more than 64 MiB']],
  },
  {
    name: 'answer-to-another',
    is: 'an answer counts for the call that it names',
    file: 'libs/engine/src/execution/http-adapter.ts',
    edits: [
      [
        'if (answered !== undefined && answered !== this.config.headers.get(HEADERS.callId)) {',
        'if (answered === HEADERS.callId) {',
      ],
    ],
    tests: [['libs/engine/src/execution/http-adapter.spec.ts', 'take no answer that names another call']],
  },
  {
    name: 'cors-list',
    is: 'pages of origins on the list alone read answers',
    file: 'libs/service/src/http/security-headers.ts',
    edits: [
      [
        'decide(null, origin !== undefined && origins.includes(origin))',
        'decide(null, origin !== undefined && origins.length > 0)',
      ],
    ],
    tests: [['test/http-hardening.test.ts', 'is not allowed to']],
  },
];
