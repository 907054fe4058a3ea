import 'reflect-metadata';
import {
  wrongIn,
  withOperation,
  withFollowOn,
  withRelation,
  withRead,
} from '../../../../../test/support/manifests.js';
import { readManifest } from './read-manifest.js';

describe('the form of a manifest is refused', () => {
  const place = 'operations/0 (loyalty.redeem)';

  it.each<[string, object, string]>([
    ['with another version of the format', { manifest: 2 }, 'manifest must be equal to 1'],
    ['of another service', { service: 'ordering' }, 'says that it is of ordering'],
    ['without a version', { version: undefined }, 'version must be given'],
    ['with an unknown member', { sagas: [] }, 'property sagas should not exist'],
    [
      'with an unknown member of an operation',
      withOperation({ bodyy: {} }),
      `${place}: property bodyy should not exist`,
    ],
    [
      'with a name that is none',
      withOperation({ kind: 'Loyalty.Redeem' }),
      'operations/0 (Loyalty.Redeem): kind must match',
    ],
    ['without steps', withOperation({ steps: [] }), `${place}: steps must contain at least 1 elements`],
    ['with a lane that is none', withOperation({ lane: 'header:user' }), `${place}: lane must match`],
    ['with a path that is none', withOperation({ path: '/points' }), `${place}: path must match`],
    [
      'with a pointer that is none',
      withOperation({ personal: ['reason'] }),
      `${place}: personal: 0 must match`,
    ],
    [
      'with an input that is no pointer',
      withFollowOn({ input: { a: 'result' } }),
      'operations/1 (loyalty.earn): input: a must match',
    ],
    [
      'with a rule without a step',
      withRelation({ delete: { kind: 'cascade' } }),
      'relations/0 (loyalty.accounts): delete: step must be given',
    ],
    [
      'with an unknown rule',
      withRelation({ delete: { kind: 'forget', step: 'loyalty.close' } }),
      'relations/0 (loyalty.accounts): delete: kind must be one of',
    ],
    [
      'with an internal address elsewhere',
      withRead({ internal: '/v1/points' }),
      'reads/0 (/v1/points): internal must match',
    ],
    [
      'with a problem that clients take for another',
      { problems: [{ code: 'a', status: 401, title: 'A' }] },
      'problems/0 (a): status must NOT be valid',
    ],
    [
      'with too many of something',
      { problems: Array(101).fill({ code: 'a', status: 409, title: 'A' }) },
      'problems must contain no more than 100 elements',
    ],
    [
      'with a text that cannot be stored',
      withOperation({ summary: '\u0000' }),
      'has a text that cannot be stored',
    ],
  ])('%s', (_what, change, line) => {
    expect(wrongIn(change)).toEqual([expect.stringContaining(line)]);
  });

  it.each<[string, string, string]>([
    ['that is no JSON', '{', 'is no JSON'],
    ['with a reserved name', '{"__proto__": {}}', 'reserved name'],
    ['that is no object', '[]', 'the body must be an object'],
    ['that is too large', JSON.stringify('x'.repeat(256 * 1024)), 'is larger than 256 KiB'],
    ['that is nested too deep', '['.repeat(60) + ']'.repeat(60), 'is nested deeper than 50'],
  ])('%s', (_what, text, complaint) => {
    expect(readManifest(text, 'loyalty').complaints).toEqual([expect.stringContaining(complaint)]);
  });
});
