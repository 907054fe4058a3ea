import { EventParser } from './event-parser.js';

const STREAM = [
  'retry: 1000\n\n',
  'id: 4\n\n',
  ': alive\n\n',
  'id: 5\nevent: operation\ndata: {"a":1}\n\n',
  'event: unknown\r\n\r\n',
  'data\r\ndata:two\r\ndata:  lines\r\n\r\n',
  'id\rdata: last\r\r',
  'id: 9\ndata: cut off\n',
].join('');

const EVENTS = [
  { type: 'operation', data: '{"a":1}', id: '5' },
  { type: 'message', data: '\ntwo\n lines', id: '5' },
  { type: 'message', data: 'last', id: '' },
];

describe('EventParser', () => {
  test.each([1, 2, 3, 7, STREAM.length])('reads the same from pieces of %i characters', (size) => {
    const parser = new EventParser('3');
    const pieces = STREAM.match(new RegExp(`[^]{1,${size}}`, 'g'))!;
    expect(pieces.flatMap((piece) => [...parser.read(piece)])).toEqual(EVENTS);
    expect(parser.retryMs).toBe(1000);
    // Not 9: the stream after this one must begin with what was cut off.
    expect(parser.lastEventId).toBe('');
  });

  test('remembers the id of the stream before, and one that comes without an event', () => {
    const parser = new EventParser('3');
    expect([...parser.read('data: x\n\n')]).toEqual([{ type: 'message', data: 'x', id: '3' }]);
    expect([...parser.read('id: 4\n\n')]).toEqual([]);
    expect(parser.lastEventId).toBe('4');
  });
});
