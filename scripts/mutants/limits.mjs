// Guards of how much anybody may have.
const LIMIT = 'test/limits.test.ts';
const SIGN_IN = 'test/sign-in.test.ts';
const STREAMS = 'libs/engine/src/http/event-streams.spec.ts';

export const LIMITS = [
  {
    name: 'address-limit',
    is: 'requests of an address are counted',
    file: 'libs/engine/src/limits/address-limit.ts',
    edits: [
      ['if (isUnlimited(request)) return done();', 'if (isUnlimited(request) || request) return done();'],
    ],
    tests: [[LIMIT, 'from one address are counted over all processes']],
  },
  {
    name: 'user-limit',
    is: 'requests of a user are counted, from wherever they come',
    file: 'libs/engine/src/limits/user-limit.guard.ts',
    edits: [
      [
        'const quota = { name: throttler.name!, limit };',
        'const quota = { name: throttler.name!, limit: limit + 1e6 };',
      ],
    ],
    tests: [[LIMIT, 'of one user are counted over all processes and addresses']],
  },
  {
    name: 'costly-limit',
    is: 'what costs much may be asked for less often',
    file: 'libs/engine/src/limits/user-limit.guard.ts',
    edits: [
      [
        'skipIf: (context) => !reflector.get<boolean>(COSTLY, context.getHandler()),',
        'skipIf: (context) => reflector.get<boolean>(COSTLY, context.getHandler()) !== null,',
      ],
    ],
    tests: [[LIMIT, 'may be fewer where each costs much']],
  },
  {
    name: 'untrusted-proxy',
    is: 'nobody but a named proxy says where a request comes from',
    file: 'libs/service/src/http/http.ts',
    edits: [['trustProxy: proxies ? proxies.has : false,', 'trustProxy: true,']],
    tests: [[LIMIT, 'come from whoever connects, where no proxy is trusted']],
  },
  {
    name: 'ipv6-network',
    is: 'an IPv6 network of 64 bits is one client',
    file: 'libs/engine/src/limits/client-address.ts',
    edits: [['normalizeIp(ip)', 'normalizeIp(ip) && ip']],
    tests: [[LIMIT, 'from one IPv6 network of 64 bits are one client']],
  },
  {
    name: 'sign-in-limit',
    is: 'a password is guessed ten times in five minutes, and no more',
    file: 'gateway/src/sign-in/sign-in-throttle.ts',
    edits: [['if (inPlace.number > this.limit) return inPlace.leftMs;', '']],
    tests: [[SIGN_IN, 'may fail so often over all processes']],
  },
  {
    name: 'sign-in-altogether',
    is: 'guesses from many addresses are counted together',
    file: 'gateway/src/sign-in/sign-in-throttle.ts',
    edits: [['number > ALTOGETHER * this.limit', 'number > 1000 * ALTOGETHER * this.limit']],
    tests: [[SIGN_IN, 'with guesses from many addresses is refused anywhere new']],
  },
  {
    name: 'argon2-queue',
    is: 'no more passwords wait for their check than can be checked in time',
    file: 'identity/src/credentials/passwords.ts',
    edits: [['const MAX_WAITING = 250;', 'const MAX_WAITING = 250_000;']],
    tests: [
      ['identity/src/credentials/passwords.spec.ts', 'when too many wait the next is refused for the moment'],
    ],
  },
  {
    name: 'stream-count',
    is: 'a client has ten streams of events',
    file: 'libs/engine/src/http/event-streams.ts',
    edits: [['if (count >= MAX_STREAMS) throw', 'if (count >= 100 * MAX_STREAMS) throw']],
    tests: [[STREAMS, 'is refused beside ten of the same client']],
  },
  {
    name: 'stream-session',
    is: 'a stream of events ends with its session',
    file: 'libs/engine/src/http/event-streams.ts',
    edits: [['if (ENDS.includes(problemOf(error).code)) stream.end();', 'problemOf(error);']],
    tests: [[STREAMS, 'ends within 5 s of the session that let it in']],
  },
  {
    name: 'stream-behind',
    is: 'a client that does not read its stream is cut off',
    file: 'libs/engine/src/http/event-streams.ts',
    edits: [['const MAX_BEHIND_BYTES = 1024 * 1024;', 'const MAX_BEHIND_BYTES = 1024 * 1024 * 1024;']],
    tests: [[STREAMS, 'cuts a client off that does not read']],
  },
  {
    name: 'unread-answer',
    is: 'a client that does not take its answer loses its connection',
    file: 'libs/service/src/http/http.ts',
    edits: [['if (!isEventStream) reply.raw.setTimeout(READ_WITHIN_MS);', 'void isEventStream;']],
    tests: [
      ['libs/service/src/http/http.spec.ts', 'ends a connection on which nothing of an answer is read'],
    ],
  },
  {
    name: 'connection-count',
    is: 'a process has 10,000 connections',
    file: 'libs/service/src/http/http.ts',
    edits: [
      [
        'fastify.server.maxConnections = MAX_CONNECTIONS;',
        'fastify.server.maxConnections = 100 * MAX_CONNECTIONS;',
      ],
    ],
    tests: [['libs/service/src/http/http.spec.ts', 'bounds its connections']],
  },
  {
    name: 'concurrent-requests',
    is: 'a user has 32 requests under way, and an address 128',
    file: 'libs/engine/src/limits/concurrent-requests.ts',
    edits: [
      ['if (this.isLimited && count >= this.limit) throw', 'if (this.isLimited && count >= 1e6) throw'],
    ],
    tests: [['test/quotas.test.ts', 'lets a user have few requests under way']],
  },
  {
    name: 'page-bytes',
    is: 'a page of a list is half a mebibyte at most',
    file: 'libs/service/src/http/page-of.ts',
    edits: [['const MAX_BYTES = 512 * 1024;', 'const MAX_BYTES = 1024 * 1024 * 1024;']],
    tests: [['libs/service/src/http/page-of.spec.ts', 'ends at half a mebibyte']],
  },
  {
    name: 'page-rest',
    is: 'a user is given a mebibyte of pages in a second',
    file: 'libs/service/src/http/page-of.ts',
    edits: [['(bytesOf(made) * 1000) / BYTES_PER_SECOND', '0 * bytesOf(made)']],
    tests: [['libs/service/src/http/page-of.spec.ts', 'is followed by a rest']],
  },
  {
    name: 'beginnings',
    is: 'few requests of a user begin at once',
    file: 'libs/engine/src/limits/concurrent-requests.ts',
    edits: [['const BEGIN_AT_ONCE = 4;', 'const BEGIN_AT_ONCE = 4000;']],
    tests: [['test/quotas.test.ts', 'begins few requests of a user at once']],
  },
  {
    name: 'fair-turns',
    is: 'whoever asks for much waits behind himself',
    file: 'libs/service/src/process/fair-queue.ts',
    edits: [
      [
        '      this.queues.delete(name);\n      this.queues.set(name, queue);',
        '      this.queues.set(name, queue);',
      ],
    ],
    tests: [['libs/service/src/process/fair-queue.spec.ts', 'lets those who wait take turns']],
  },
  {
    name: 'replay-pace',
    is: 'replays of a lane are paced',
    file: 'libs/engine/src/limits/replay-pace.ts',
    edits: [['this.pages -= 1;', '']],
    tests: [['libs/engine/src/http/operation-streams.spec.ts', 'have so many pages at once']],
  },
];
