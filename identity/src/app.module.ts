import { type DynamicModule, Module } from '@nestjs/common';
import {
  Database,
  EventsController,
  HealthController,
  Outbox,
  READINESS_CHECKS,
  type ReadinessChecks,
  ServiceTokenVerifier,
  SettleController,
  Steps,
} from '@turnpike/service';
import type { IdentityConfig } from './config.js';
import { CredentialsController } from './credentials.controller.js';
import { Credentials } from './credentials.js';
import { databaseOptions } from './database.js';
import { Deletion } from './deletion.js';
import { IntegrityController } from './integrity.controller.js';
import { JwksController } from './jwks.controller.js';
import { Passwords } from './passwords.js';
import { Purge } from './purge.js';
import { SessionsController } from './sessions.controller.js';
import { Sessions } from './sessions.js';
import { AccessTokens } from './tokens.js';
import { UserStepsController } from './user-steps.controller.js';
import { UsersController } from './users.controller.js';
import { Users } from './users.js';

/** Identity, in the order in which a call flows: token, step, use case, database. */
@Module({})
export class AppModule {
  static with(config: IdentityConfig): DynamicModule {
    return {
      module: AppModule,
      controllers: [
        UserStepsController,
        SettleController,
        EventsController,
        UsersController,
        CredentialsController,
        SessionsController,
        JwksController,
        IntegrityController,
        HealthController,
      ],
      providers: [
        {
          provide: ServiceTokenVerifier,
          useFactory: () => new ServiceTokenVerifier('identity', config.gatewayUrl),
        },
        Steps,
        {
          provide: Outbox,
          inject: [Database],
          useFactory: (database: Database) => new Outbox('identity', database),
        },
        Users,
        Deletion,
        Purge,
        Credentials,
        Passwords,
        Sessions,
        { provide: AccessTokens, useFactory: () => AccessTokens.signedWith(config.tokenSigningKeys) },
        { provide: Database, useFactory: () => startDatabase(config.databaseUrl) },
        {
          provide: READINESS_CHECKS,
          inject: [Database],
          useFactory: (database: Database): ReadinessChecks => ({ database: () => database.isReady() }),
        },
      ],
    };
  }
}

/** Not awaited: the process is live, and answers 503, while its database is away. */
function startDatabase(url: string): Database {
  const database = new Database(databaseOptions(url));
  void database.start();
  return database;
}
