import { hidden } from './redact-payload.js';

const ID = '019aafd0-1111-7222-8333-444455556666';

describe('what operators see of what people have written', () => {
  it('are ids, times, numbers and our own words', () => {
    const order = {
      id: ID,
      at: '2026-11-30T05:00:00.000Z',
      total: 7,
      status: 'placed',
      reference: 'for Ada',
    };
    expect(hidden({ ...order, lines: [{ sku: 'tea', name: 'Tea' }] })).toEqual({
      ...order,
      reference: '•••',
      lines: [{ sku: 'tea', name: '•••' }],
    });
  });

  it('is no text of the claims, whatever it is called', () => {
    const claims = { status: 'ill', type: 'Ada', state: ID, relation: '2026-11-30T05:00:00.000Z', limit: 3 };
    const all = '•••';
    expect(hidden({ claims })).toEqual({
      claims: { status: all, type: all, state: all, relation: all, limit: 3 },
    });
  });
});
