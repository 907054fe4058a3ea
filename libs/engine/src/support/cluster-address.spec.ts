import { Environment } from '@turnpike/service';
import { readGatewayConfig } from '../config.js';

const clusterOf = (url: string, variables = {}) =>
  readGatewayConfig(new Environment({ QUEUE_URL: url, ...variables }), []).queue.cluster;

describe('the address of a Redis Cluster', () => {
  it.each([
    ['one:7000,two', undefined, undefined, ['one 7000', 'two 6379']],
    ['user:p%40ss@w:rd@one:7000', 'user', 'p@ss@w:rd', ['one 7000']],
    [':secret@[::1]:7000,10.0.0.1:7001/', undefined, 'secret', ['::1 7000', '10.0.0.1 7001']],
  ])('is read: %s', (text, username, password, nodes) => {
    const address = clusterOf(`redis+cluster://${text}`)!;
    expect(address).toMatchObject({ username, password });
    expect(address.nodes.map(({ host, port }) => `${host} ${port}`)).toEqual(nodes);
  });

  it.each(['', 'one:7000,', 'one:70000', 'one:x', 'user:%zz@one:7000', 'one:7000/0', 'one two:7000'])(
    'is refused, by the name of its variable: "%s"',
    (text) => {
      expect(() => clusterOf(`redis+cluster://${text}`)).toThrow(/^QUEUE_URL must be redis\+cluster:/);
    },
  );
});
