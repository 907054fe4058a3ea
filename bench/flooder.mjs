// One user who asks for the largest pages, as many at once as are allowed, until a number of requests is spent. A process
// of its own, which only counts the bytes: what it does must not delay what is measured beside it.
//   node bench/flooder.mjs '{"url": "http://…", "token": "…", "requests": 1000, "beginAt": <milliseconds since 1970>}'
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const AT_ONCE = 32;

const COSTLY = [
  { path: '/v1/operations?limit=200' },
  { path: '/v1/orders?limit=200' },
  { path: '/v1/me', headers: { 'read-after': 'latest' } },
];

/** Of each kind, before it begins: what is compiled meanwhile is no part of the flood. */
const TRIED_BEFORE = 5;

const { url, token, requests, beginAt } = JSON.parse(process.argv[2]);
const agent = new Agent({ keepAlive: true });
const statuses = [];
let next = 0;
for (let tried = 0; tried < TRIED_BEFORE * COSTLY.length; tried += 1)
  await ask(COSTLY[tried % COSTLY.length]);
await pause(beginAt - Date.now());
await Promise.all(Array.from({ length: AT_ONCE }, askOn));
const answered = statuses.filter((status) => status < 400).length;
console.log(JSON.stringify({ answered, refused: statuses.length - answered }));
process.exit(0);

async function askOn() {
  while (next < requests) statuses.push(await ask(COSTLY[next++ % COSTLY.length]));
}

function ask({ path, headers }) {
  return new Promise((resolve, reject) => {
    const asked = request(
      new URL(path, url),
      { agent, headers: { ...headers, authorization: `Bearer ${token}` } },
      (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode));
        answer.once('error', reject);
      },
    );
    asked.once('error', reject);
    asked.end();
  });
}
