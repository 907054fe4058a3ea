import { once } from 'node:events';
import { BullModule, getQueueToken } from '@nestjs/bullmq';
import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Injectable,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { Database } from '@turnpike/service';
import type { Queue } from 'bullmq';
import { GatewayConfig } from '../config.js';
import { QueueBoard } from './bull-board.js';
import { openConnections, type QueueConnections } from './connections.js';
import { JOB_OPTIONS, UNCHECKED } from './workers/jobs.js';
import { Maintenance } from './scheduled-tasks.js';
import { NameClaim } from './proof/name-claim.js';
import { PartitionViews } from './partition-views.js';
import { QueueProof } from './proof/queue-proof.js';
import { Reconciler } from './reconciler.js';
import { type OperationJob, partitionNames, prefixOf, Releaser } from './enqueue.js';
import { QueueWorker } from './worker.js';

/** Resolves when that is aborted. */
async function ended(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

/** BullMQ's queues, one for each partition. */
@Module({})
class Partitions {
  static on(names: readonly string[], installation: string, connections: QueueConnections): DynamicModule {
    const queues = names.map((name, index) => ({
      name,
      connection: connections.producer,
      prefix: prefixOf(installation, index, names.length),
      defaultJobOptions: JOB_OPTIONS,
      ...UNCHECKED,
    }));
    const bull = BullModule.registerQueue(...queues);
    return { module: Partitions, imports: [bull], exports: [bull] };
  }
}

/**
 * Opens the queue when database and queue server are there, which may be long after the process has started:
 * until then writes are accepted, and wait in the ledger. So BullMQ's module is loaded then and not with the
 * application.
 */
@Injectable()
export class QueueLifecycle
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  private readonly stopped = new AbortController();
  private connections: QueueConnections | null = null;
  private opened: Promise<void> = Promise.resolve();

  constructor(
    private readonly loader: LazyModuleLoader,
    private readonly database: Database,
    private readonly releaser: Releaser,
    private readonly partitions: PartitionViews,
    private readonly board: QueueBoard,
    private readonly worker: QueueWorker,
    private readonly reconciler: Reconciler,
    private readonly maintenance: Maintenance,
    private readonly name: NameClaim,
    private readonly proof: QueueProof,
    private readonly config: GatewayConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.opened = this.open();
  }

  /** Before the connections of the process are closed: running operations need them. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped.abort();
    // What is opened after the workers were drained would be drained by nothing.
    await this.opened;
    await this.proof.stop();
    await Promise.all([this.worker.drain(), this.reconciler.stop(), this.maintenance.stop()]);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.connections?.close();
  }

  private async open(): Promise<void> {
    // The database gives up later than this, once it is closed itself.
    await Promise.race([this.database.start(), ended(this.stopped.signal)]);
    this.connections = await openConnections(this.config.queue, this.stopped.signal);
    if (!this.connections || !(await this.name.claim(this.connections, this.stopped.signal))) return;
    const queues = await this.openQueues(this.connections);
    if (this.stopped.signal.aborted) return;
    this.releaser.open(queues);
    this.partitions.open(queues.values());
    const maintenance = this.maintenance.open(this.connections);
    if (this.config.api) this.board.open([...queues.values(), maintenance]);
    if (this.config.worker) this.startWorkers(this.connections);
    this.proof.start();
  }

  private startWorkers(connections: QueueConnections): void {
    this.worker.start(connections);
    this.reconciler.start();
    this.maintenance.start(connections);
  }

  private async openQueues(connections: QueueConnections): Promise<Map<string, Queue<OperationJob>>> {
    const { installation, partitions } = this.config.queue;
    const names = partitionNames(partitions);
    const module = await this.loader.load(() => Partitions.on(names, installation, connections));
    const queueOf = (name: string): Queue<OperationJob> => module.get(getQueueToken(name), { strict: false });
    const queues = new Map(names.map((name) => [name, queueOf(name)]));
    // The connection, which they share, says what is wrong. What nobody hears BullMQ writes past the log.
    queues.forEach((queue) => queue.on('error', () => undefined));
    return queues;
  }
}
