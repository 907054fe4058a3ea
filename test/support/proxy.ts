// A TCP proxy for fault tests: it stands between two processes and can stop, cut, hold or spoil one message.
import { createServer, connect, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** From the side that connected, or back to it. */
export type Direction = 'request' | 'response';

export type Fault =
  /**
   * Kept until it is released; the connection lives on, and what follows on it waits too. With `outlivesSender`
   * the network has it already: it is delivered though the sender is gone by then.
   */
  | { type: 'hold'; outlivesSender?: boolean }
  /** Not passed on, and the connection is reset on both sides. */
  | { type: 'reset' }
  /** Passed on, and then the connection is reset towards the client, which gets no answer. */
  | { type: 'deliver-then-reset' }
  /** Passed on twice. */
  | { type: 'repeat' }
  /** Passed on, and once more when it is released. */
  | { type: 'repeat-later' }
  /** Something else is passed on. */
  | { type: 'replace'; by: string }
  /** Not passed on; the sender gets this answer instead. */
  | { type: 'answer'; by: string };

/** @param connection a number for each connection, to tell what belongs together */
export type Matches = (message: string, connection: number) => boolean;

export interface Trap {
  /** Fulfilled when the first message was caught. */
  caught: Promise<void>;
  /** How many were caught. */
  readonly count: number;
  /** What came back first for each held message, once all that were caught have been released and answered. */
  replies(): Promise<string[]>;
  /** Lets held messages go, and catches no more. */
  release(): void;
}

interface ArmedTrap {
  direction: Direction;
  matches: Matches;
  fault: Fault;
  left: number;
  hit: () => void;
  released: Promise<void>;
  replies: Promise<string>[];
}

interface Link {
  number: number;
  client: Socket;
  target: Socket;
  /** What it began with: the name of a program stands there in PostgreSQL's protocol. */
  beginning: string;
  /** Held messages that are delivered even if the client is gone. */
  inTransit: number;
  /** Nothing passes any more, not even the end of a side: each believes that the other is still there. */
  forgotten: boolean;
}

/** A small message is one chunk of TCP here: both sides write a request or an answer at once. */
export class TcpProxy {
  private readonly links = new Set<Link>();
  private readonly traps = new Set<ArmedTrap>();
  private server: Server | null = null;
  private connections = 0;
  private delayMs = 0;
  private vanished = false;

  private constructor(
    private readonly host: string,
    private readonly targetPort: number,
    readonly port: number,
  ) {}

  /** @param port where it listens; `up` must be called before anybody can connect */
  static to(targetUrl: string, port: number): TcpProxy {
    const { hostname, port: targetPort } = new URL(targetUrl);
    return new TcpProxy(hostname, Number(targetPort), port);
  }

  /** The address of the target, by way of this proxy. */
  through(targetUrl: string): string {
    const url = new URL(targetUrl);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.href.replace(/\/$/, '');
  }

  /** Accepts connections. */
  async up(): Promise<this> {
    const server = createServer((client) => this.link(client));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(this.port, '127.0.0.1', resolve);
    });
    this.server = server;
    return this;
  }

  /** Resets every connection and refuses new ones, as if the target's machine were gone. */
  async down(): Promise<void> {
    const server = this.server;
    this.server = null;
    const closed = new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    this.cut();
    await closed;
  }

  /** Resets every connection, or those whose first message has that in it; new ones are accepted. */
  cut(begunWith = ''): void {
    for (const link of this.linksBegunWith(begunWith)) {
      link.client.resetAndDestroy();
      link.target.resetAndDestroy();
      this.links.delete(link);
    }
  }

  /**
   * Every connection, or those whose first message has that in it, goes silent, as if a firewall had forgotten it: no
   * data, no end, no reset. New ones work.
   */
  forget(begunWith = ''): void {
    for (const link of this.linksBegunWith(begunWith)) link.forgotten = true;
  }

  /** Every connection goes silent, and new ones are accepted and never answered, as if the host had vanished. */
  vanish(): void {
    this.vanished = true;
    this.forget();
  }

  /** New connections work again; those that went silent stay so. */
  appear(): void {
    this.vanished = false;
  }

  /** @param delayMs milliseconds that each chunk takes in either direction from now on; 0 for none */
  slow(delayMs: number): void {
    this.delayMs = delayMs;
  }

  /** Does `fault` to the next `times` messages that match. */
  trap(direction: Direction, matches: Matches, fault: Fault, times = 1): Trap {
    let hit = (): void => undefined;
    let release = (): void => undefined;
    const caught = new Promise<void>((resolve) => (hit = resolve));
    const released = new Promise<void>((resolve) => (release = resolve));
    const armed: ArmedTrap = { direction, matches, fault, left: times, hit, released, replies: [] };
    this.traps.add(armed);
    return {
      caught,
      get count() {
        return times - armed.left;
      },
      replies: () => Promise.all(armed.replies),
      release: () => {
        this.traps.delete(armed);
        release();
      },
    };
  }

  private linksBegunWith(text: string): Link[] {
    return [...this.links].filter(({ beginning }) => beginning.includes(text));
  }

  private link(client: Socket): void {
    const target = connect(this.targetPort, this.host);
    const number = (this.connections += 1);
    const link: Link = { number, client, target, beginning: '', inTransit: 0, forgotten: this.vanished };
    this.links.add(link);
    const endTarget = (): void => {
      if (link.inTransit === 0 && !link.forgotten) target.destroy();
    };
    const endClient = (): void => {
      if (link.forgotten) return;
      this.links.delete(link);
      client.destroy();
    };
    client.once('data', (data: Buffer) => (link.beginning = data.toString('latin1')));
    client.setNoDelay(true).on('error', endTarget).on('close', endTarget);
    target.setNoDelay(true).on('error', endClient).on('close', endClient);
    this.forward('request', link);
    this.forward('response', link);
  }

  /** Messages of one direction keep their order: each waits for the one before. */
  private forward(direction: Direction, link: Link): void {
    const [from, to] = direction === 'request' ? [link.client, link.target] : [link.target, link.client];
    let before = Promise.resolve();
    from.on('data', (data) => {
      before = before.then(() => this.pass(direction, data, link));
    });
    from.on('end', () => {
      // A server takes the end for a hang-up and may drop what it has just been sent.
      if (link.inTransit === 0 && !link.forgotten) void before.then(() => to.end());
    });
  }

  private async pass(direction: Direction, data: Buffer, link: Link): Promise<void> {
    const [from, to] = direction === 'request' ? [link.client, link.target] : [link.target, link.client];
    if (this.delayMs > 0) await pause(this.delayMs);
    if (link.forgotten) return;
    const trap = this.traps.size > 0 && this.spring(direction, data, link.number);
    if (!trap) {
      to.write(data);
      return;
    }
    const { fault } = trap;
    if (fault.type === 'hold') trap.replies.push(this.firstReply(trap, to, link));
    switch (fault.type) {
      case 'hold':
        if (fault.outlivesSender) link.inTransit += 1;
        await trap.released;
        to.write(data);
        return;
      case 'reset':
        from.resetAndDestroy();
        to.resetAndDestroy();
        return;
      case 'deliver-then-reset':
        to.write(data, () => link.client.resetAndDestroy());
        return;
      case 'repeat':
        to.write(Buffer.concat([data, data]));
        return;
      case 'repeat-later':
        to.write(data);
        void trap.released.then(() => to.write(data));
        return;
      case 'replace':
        to.write(fault.by);
        return;
      case 'answer':
        from.write(fault.by);
    }
  }

  /** @returns the trap that this message goes into, or null */
  private spring(direction: Direction, data: Buffer, connection: number): ArmedTrap | null {
    const text = data.toString('latin1');
    for (const trap of this.traps) {
      if (trap.direction !== direction || trap.left === 0 || !trap.matches(text, connection)) continue;
      trap.left -= 1;
      trap.hit();
      return trap;
    }
    return null;
  }

  /** What that side says first after the release. A connection that only the held message kept open ends then. */
  private async firstReply({ released, fault }: ArmedTrap, side: Socket, link: Link): Promise<string> {
    await released;
    const reply = await new Promise<string>((resolve) => {
      side.once('data', (data) => resolve(data.toString('latin1')));
      side.once('close', () => resolve(''));
    });
    if (fault.type === 'hold' && fault.outlivesSender) link.inTransit -= 1;
    if (link.inTransit === 0 && link.client.destroyed) link.target.destroy();
    return reply;
  }
}
