import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SHOP_PERSONAL_MEMBERS } from '@turnpike/contracts';
import { PERSONAL_MEMBERS, SECRET_MEMBERS } from '@turnpike/protocol';
import ts from 'typescript';

const LIBS = path.resolve(__dirname, '../libs');
const FOLDERS = ['contracts/src', 'protocol/src'].map((folder) => path.join(LIBS, folder));

/** What operators may see in a log: ids, instants, states, names of things, and what people are told of a problem. */
const SHOWN = [
  ...['id', 'ids', 'userId', 'actorId', 'operationId', 'orderId', 'credentialId', 'replaces', 'subject'],
  ...[
    'kid',
    'x',
    'staysCancelled',
    'lastSeen',
    'ifMatch',
    'traceparent',
    'retriedBy',
    'latest',
    'expiresAt',
    'to',
  ],
  ...[
    'by',
    'spare',
    'sub',
    'sid',
    'keepSession',
    'revoked',
    'pausedBy',
    'behind',
    'retryOf',
    'follows',
    'refersTo',
    'key',
    'fence',
    'instance',
  ],
  ...[
    'at',
    'now',
    'time',
    'since',
    'createdAt',
    'lastUsedAt',
    'updatedAt',
    'occurredAt',
    'failingSince',
    'previousSecretUntil',
    'timestamp',
    'webhookId',
    'deletedAt',
    'startedAt',
    'finishedAt',
  ],
  ...[
    'code',
    'step',
    'requestId',
    'lastSuccessAt',
    'expectedAt',
    'nextAttemptAt',
    'oldestQueuedAt',
    'action',
    'events',
    'type',
    'source',
    'relation',
    'refersTo',
    'rule',
  ],
  ...[
    'from',
    'retained',
    'self',
    'cursor',
    'nextCursor',
    'path',
    'message',
    'title',
    'detail',
    'sku',
    'currency',
    'version',
  ],
  ...['kind', 'kinds', 'clientKinds', 'service', 'services', 'targetTypes', 'reads', 'problem', 'help'],
];

/** Types in which somebody can have written something. */
const TEXTUAL = /\b(string|unknown|Claims)\b/;

/** What services say of themselves: no word of it is about a person. */
const MANIFEST = /manifest\.ts$/;

/** @returns the members of all classes and interfaces of contracts and protocol that may have a text in them */
function textualMembers(): string[] {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts') && !MANIFEST.test(name))
      .map((name) => path.join(folder, name)),
  );
  const members = files.flatMap((file) => {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
    return source.statements.flatMap((statement) =>
      ts.isClassDeclaration(statement) || ts.isInterfaceDeclaration(statement) ? [...statement.members] : [],
    );
  });
  const isTextual = (member: ts.ClassElement | ts.TypeElement): boolean =>
    (ts.isPropertyDeclaration(member) || ts.isPropertySignature(member)) &&
    TEXTUAL.test(member.type?.getText() ?? '');
  return [...new Set(members.filter(isTextual).map((member) => member.name!.getText()))];
}

describe('of every text that crosses the border of a process', () => {
  const members = textualMembers();

  it.each(members)('it is said whether the log may show it: %s', (member) => {
    const lists = [SECRET_MEMBERS, PERSONAL_MEMBERS, SHOP_PERSONAL_MEMBERS, SHOWN].map(
      (list: readonly string[]) => list.includes(member),
    );
    expect(lists.filter(Boolean)).toHaveLength(1);
  });

  it('nothing is said of what there is no more', () => {
    expect(SHOWN.filter((name) => !members.includes(name))).toEqual([]);
  });

  it('the members of the requests are among them', () => {
    expect(members).toEqual(
      expect.arrayContaining(['password', 'email', 'line1', 'paymentReference', 'phone']),
    );
  });
});
