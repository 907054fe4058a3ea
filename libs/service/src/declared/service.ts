import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { declareProblems, type ServiceDeclaration } from '@turnpike/protocol';
import { type DatabaseOptions, migrate } from '../database/database.js';
import { startProcess } from '../http/start.js';
import { OF_THE_GATEWAY } from '../http/body.js';
import { STEP_MIGRATIONS } from '../steps/migrations.js';
import { SERVICE_CONTROLLERS, serviceProviders } from '../steps/service.module.js';
import { assertSound } from './checks.js';
import { readMigrationConfig, readServiceConfig, type ServiceConfig } from './config.js';
import { readController, stepController, tableController, undoController } from './controllers.js';
import { DeclaredStep } from './declared-step.js';
import { toDeclaration, type ServiceDefinition } from './definition.js';

/*
 * A service that is made of its declaration: the routes of its steps, reads and tables, its manifest, inbox, fences, outbox,
 * settings, health and metrics follow from it.
 */

/** @throws ConfigurationError that names everything that is wrong with it */
export function defineService(definition: ServiceDefinition): Service {
  assertSound(definition);
  const { problems = [] } = definition;
  declareProblems(Object.fromEntries(problems.map(({ code, help = '', ...of }) => [code, { ...of, help }])));
  return new Service(definition);
}

/** A service that can be started. */
export class Service {
  readonly declaration: ServiceDeclaration;

  constructor(private readonly definition: ServiceDefinition) {
    this.declaration = toDeclaration(definition);
  }

  /** Starts the process, as the environment says. */
  async start(): Promise<void> {
    const { service, port } = this.definition;
    const config = readServiceConfig(service, port);
    await startProcess({
      ...config,
      name: service,
      bodyLimits: OF_THE_GATEWAY,
      module: this.moduleWith(config),
      api: { title: service, description: 'Every route below /internal is for the gateway alone.' },
    });
  }

  /** Brings the database to the shape of this build. */
  async migrate(): Promise<void> {
    const { service } = this.definition;
    const { databaseUrl, role } = readMigrationConfig(service);
    const applied = await migrate(this.databaseAt(databaseUrl), role);
    console.log(`${service}: ${applied.length > 0 ? `applied ${applied.join(', ')}` : 'up to date'}`);
  }

  private moduleWith(config: ServiceConfig): DynamicModule {
    const database = this.databaseAt(config.databaseUrl);
    return {
      module: ServiceModule,
      controllers: [...controllersOf(this.definition), ...SERVICE_CONTROLLERS],
      providers: serviceProviders(this.declaration, config, database, this.definition.trims),
    };
  }

  private databaseAt(url: string): DatabaseOptions {
    const { service, entities = [], migrations } = this.definition;
    return {
      ...{ url, entities, applicationName: `turnpike-${service}` },
      migrations: [...STEP_MIGRATIONS, ...migrations],
    };
  }
}

@Module({})
class ServiceModule {}

/** @returns the routes of what the service declares */
function controllersOf(definition: ServiceDefinition): Type[] {
  const { steps, relations = [], reads = [] } = definition;
  return [
    ...Object.entries(steps).flatMap(([name, { undo }]) => {
      const step = new DeclaredStep(name, definition);
      return [stepController(name, step), ...(undo ? [undoController(name, step)] : [])];
    }),
    ...reads.map(readController),
    ...relations.flatMap((relation) => (relation.rows ? [tableController(relation)] : [])),
  ];
}
