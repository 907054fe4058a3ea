import type { FastifyRequest } from 'fastify';
import { clientNameOf } from './client-name.js';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0';
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';

test.each([
  [FIREFOX, 'Firefox 142 on Linux'],
  [SAFARI, 'Safari 18 on iOS'],
  [CHROME, 'Chrome 141 on Windows'],
  ['curl/8.5.0', 'curl/8.5.0'],
  ['node', 'node'],
  ['<script>alert(1)</script>', ''],
  ['', ''],
  ['x'.repeat(5000), 'x'.repeat(60)],
])('the client that says %s is called "%s"', (agent, name) => {
  expect(clientNameOf({ headers: { 'user-agent': agent } } as FastifyRequest)).toBe(name);
});

test('a client that says nothing has no name', () => {
  expect(clientNameOf({ headers: {} } as FastifyRequest)).toBe('');
});
