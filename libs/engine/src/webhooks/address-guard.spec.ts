import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Addresses } from './address-guard.js';
import { Sender } from './sender.js';

const PUBLIC = { address: '93.184.215.14', family: 4 };
const LOCAL = { address: '127.0.0.1', family: 4 };

describe('a webhook may not be', () => {
  const addresses = new Addresses([], true);

  test.each([
    ['this machine', 'https://127.0.0.1/'],
    ['this machine, written as a number', 'https://2130706433/'],
    ['this machine, written in hexadecimal', 'https://0x7f.1/'],
    ['this machine in version 6', 'https://[::1]/'],
    ['this machine, version 4 in version 6', 'https://[::ffff:127.0.0.1]/'],
    ['this machine, version 4 in an old form of version 6', 'https://[::7f00:1]/'],
    ['any machine', 'https://0.0.0.0/'],
    ['in a private network', 'https://10.1.2.3/'],
    ['in another private network', 'https://172.16.0.1/'],
    ['in a network at home', 'https://192.168.1.1/'],
    ['behind the NAT of a carrier', 'https://100.64.0.1/'],
    ['on this link', 'https://169.254.1.1/'],
    ['the metadata of most clouds', 'https://169.254.169.254/latest/meta-data'],
    ['the metadata of Alibaba', 'https://100.100.100.200/'],
    ['the metadata of Azure', 'https://168.63.129.16/'],
    ['the metadata of AWS in version 6', 'https://[fd00:ec2::254]/'],
    ['a group', 'https://224.0.0.1/'],
    ['a group in version 6', 'https://[ff02::1]/'],
    ['everybody', 'https://255.255.255.255/'],
    ['on this link in version 6', 'https://[fe80::1]/'],
    ['at a local address of version 6', 'https://[fd12::1]/'],
    ['behind a translator to version 4', 'https://[64:ff9b::a00:1]/'],
    ['in a tunnel to version 4', 'https://[2002:a00:1::1]/'],
  ])('%s', async (_what, url) => {
    expect(await addresses.complaintAbout(url)).toBe('must lead to a public address');
  });

  test.each([
    ['no URL', 'somewhere', 'must be a URL'],
    ['without TLS in production', 'http://93.184.215.14/', 'must begin with https://'],
    ['a file', 'file:///etc/passwd', 'must begin with https://'],
    ['with a password', 'https://a:b@93.184.215.14/', 'must not have a name or a password in it'],
  ])('%s', async (_what, url, complaint) => {
    expect(await addresses.complaintAbout(url)).toBe(complaint);
  });
});

describe('a webhook may be', () => {
  test.each(['https://93.184.215.14:8443/hook?a=b', 'https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/'])(
    'at %s',
    async (url) => {
      expect(await new Addresses([], true).complaintAbout(url)).toBeNull();
    },
  );

  test('in a private network that was named, and in no other', async () => {
    const addresses = new Addresses(['10.1.0.0/16', 'fd12::/16', '127.0.0.1'], true);
    expect(await addresses.complaintAbout('https://10.1.2.3/')).toBeNull();
    expect(await addresses.complaintAbout('https://[fd12::7]/')).toBeNull();
    expect(await addresses.complaintAbout('https://[::ffff:127.0.0.1]/')).toBeNull();
    expect(await addresses.complaintAbout('https://10.2.0.1/')).not.toBeNull();
    expect(await addresses.complaintAbout('https://127.0.0.2/')).not.toBeNull();
  });

  test('without TLS outside production', async () => {
    expect(await new Addresses([], false).complaintAbout('http://93.184.215.14/')).toBeNull();
  });
});

describe('a name', () => {
  let server: Server;
  let port: number;
  let connections = 0;
  const never = new AbortController().signal;
  beforeAll(async () => {
    server = createServer((_request, response) => response.end()).on('connection', () => (connections += 1));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => server.close().closeAllConnections());
  beforeEach(() => (connections = 0));

  /** Answers each look-up with the next list, and with the last for ever. */
  function resolving(...answers: (typeof LOCAL)[][]): ConstructorParameters<typeof Addresses>[2] {
    return (_hostname, _options, done) => done(null, answers.length > 1 ? answers.shift()! : answers[0]!);
  }

  async function post(addresses: Addresses, url: string): ReturnType<Sender['post']> {
    const sender = new Sender(addresses);
    const answer = await sender.post(url, { headers: {}, body: '{}' }, never);
    await sender.close();
    return answer;
  }

  test('that was public when it was looked at, and leads into the network later, is not connected to', async () => {
    const url = `http://rebound.example:${port}/`;
    const addresses = new Addresses([], false, resolving([PUBLIC], [LOCAL]));
    expect(await addresses.complaintAbout(url)).toBeNull();
    expect(await post(addresses, url)).toEqual({ status: null, retryAfter: null, error: 'address-refused' });
    expect(connections).toBe(0);
    // Proof that it would have been reached.
    expect(await post(new Addresses(['127.0.0.1'], false, resolving([LOCAL])), url)).toMatchObject({
      status: 200,
    });
  });

  test('with a private address among public ones is refused', async () => {
    const addresses = new Addresses([], true, resolving([PUBLIC, LOCAL]));
    expect(await addresses.complaintAbout('https://both.example/')).toBe('must lead to a public address');
  });

  test('that nobody knows is refused', async () => {
    const addresses = new Addresses([], true, (_hostname, _options, done) =>
      done(new Error('ENOTFOUND'), []),
    );
    expect(await addresses.complaintAbout('https://nobody.example/')).toBe('has a host that is not known');
  });

  test('is not needed to be refused: an address in the URL is not connected to, either', async () => {
    expect(await post(new Addresses([], false), `http://127.0.0.1:${port}/`)).toMatchObject({
      error: 'address-refused',
    });
    expect(connections).toBe(0);
  });
});
