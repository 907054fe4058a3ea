import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { freePort } from './support/ports.js';
import { TcpProxy } from './support/proxy.js';

describe('the proxy of the fault tests', () => {
  let server: Server;
  let proxy: TcpProxy;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    server = createServer((socket) => void socket.on('error', () => socket.destroy()).pipe(socket)).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    proxy = await TcpProxy.to(`tcp://127.0.0.1:${port}`, await freePort()).up();
  });

  afterEach(async () => {
    sockets.splice(0).forEach((socket) => socket.destroy());
    await proxy.down();
    server.close();
  });

  async function open(): Promise<Socket> {
    const socket = connect(proxy.port, '127.0.0.1');
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  async function echo(socket: Socket, text: string): Promise<string> {
    socket.write(text);
    const [data] = (await once(socket, 'data')) as [Buffer];
    return data.toString();
  }

  /** Whether anything comes back, an answer or an end, before `other` has had its answer. */
  async function isSilentBeside(socket: Socket, other: Socket): Promise<boolean> {
    let heard = false;
    socket.once('data', () => (heard = true)).once('close', () => (heard = true));
    socket.write('is anybody there?');
    for (let time = 0; time < 5; time += 1) await echo(other, 'ping');
    return !heard;
  }

  it('forgets connections without a word, and lets new ones work', async () => {
    const old = await open();
    expect(await echo(old, 'one')).toBe('one');
    proxy.forget();
    const fresh = await open();
    expect(await isSilentBeside(old, fresh)).toBe(true);
    expect(await echo(fresh, 'two')).toBe('two');
  });

  it('vanishes for new connections too, until it appears', async () => {
    const old = await open();
    proxy.vanish();
    const during = await open();
    proxy.appear();
    const after = await open();
    expect(await isSilentBeside(old, after)).toBe(true);
    expect(await isSilentBeside(during, after)).toBe(true);
  });

  it('takes the time it is told to', async () => {
    const socket = await open();
    proxy.slow(60);
    const begun = performance.now();
    expect(await echo(socket, 'slowly')).toBe('slowly');
    expect(performance.now() - begun).toBeGreaterThanOrEqual(115);
  });
});
