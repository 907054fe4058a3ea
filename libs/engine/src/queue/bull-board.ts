import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import { Injectable, Logger } from '@nestjs/common';
import { unavailable } from '@turnpike/service';
import type { Queue } from 'bullmq';
import fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify';
import { GatewayConfig, publicPath } from '../config.js';
import { withTimeout } from './connections.js';

/*
 * bull-board over all queues, for looking only. It has a Fastify of its own, to which nothing is connected: the route
 * in front of it decides who may, and hands on the address of what is to be read and nothing else of a request. So
 * whatever a new version of it may be able to do to a queue cannot be asked for.
 */

/** Its page asks for everything below the address at which it is served, and what a proxy puts before that. */
const BOARD_PATH = '/ops/queues';

/** Milliseconds for all queues to answer; a server that hangs must not keep a request. */
const ANSWER_WITHIN_MS = 5000;

/** Seconds between two looks of the page, each of which counts the jobs of every queue. */
const LOOK_AGAIN_SECONDS = 5;

/** The page asks somebody else for its fonts, which its policy refuses; the reader's own do as well. */
const FOREIGN_FONTS = /<link href="https:\/\/fonts[^>]*>/;

export interface BoardAnswer {
  status: number;
  type: string;
  content: Buffer | string;
}

@Injectable()
export class QueueBoard {
  private readonly logger = new Logger(QueueBoard.name);
  private server: FastifyInstance | null = null;

  constructor(private readonly config: GatewayConfig) {}

  /** Called once the queue's server was reachable. */
  open(queues: readonly Queue[]): void {
    this.server = boardOf(queues, publicPath(this.config));
  }

  /**
   * @param url the path and query of what is to be read
   * @throws Problem 503 while the queue does not answer
   */
  async read(url: string): Promise<BoardAnswer> {
    if (!this.server) throw unavailable('The queue has not been reached yet.');
    const answer = await this.ask(this.server, url);
    const type = String(answer.headers['content-type']);
    const isPage = type.startsWith('text/html');
    const content = isPage ? answer.payload.replace(FOREIGN_FONTS, '') : answer.rawPayload;
    return { status: answer.statusCode, type, content };
  }

  private async ask(server: FastifyInstance, url: string): Promise<LightMyRequestResponse> {
    try {
      const answer = await withTimeout(server.inject({ method: 'GET', url }), ANSWER_WITHIN_MS);
      if (answer.statusCode < 500) return answer;
      this.logger.warn(answer.payload);
    } catch (error) {
      this.logger.warn((error as Error).message);
    }
    throw unavailable('The queue does not answer.');
  }
}

function boardOf(queues: readonly Queue[], before: string): FastifyInstance {
  const adapter = new FastifyAdapter().setBasePath(before + BOARD_PATH);
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })),
    serverAdapter: adapter,
    options: {
      uiConfig: {
        boardTitle: 'Queues',
        hideDocsLink: true,
        miscLinks: [{ text: 'Back to the dashboard', url: `${before}/ops` }],
        pollingInterval: { forceInterval: LOOK_AGAIN_SECONDS },
      },
    },
  });
  const server = fastify();
  void server.register(adapter.registerPlugin(), { prefix: BOARD_PATH });
  return server;
}
