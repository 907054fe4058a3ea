import { type DynamicModule, Module } from '@nestjs/common';
import { declarationOf } from '@turnpike/contracts';
import { SERVICE_CONTROLLERS, serviceProviders } from '@turnpike/service';
import type { IdentityConfig } from './config.js';
import { Confirmation } from './confirmation.js';
import { CredentialsController } from './credentials.controller.js';
import { Credentials } from './credentials.js';
import { databaseOptions } from './database.js';
import { Deletion } from './deletion.js';
import { IntegrityController } from './integrity.controller.js';
import { JwksController } from './jwks.controller.js';
import { Passwords } from './passwords.js';
import { Purge } from './purge.js';
import { identityRetention } from './retention.js';
import { SessionsController } from './sessions.controller.js';
import { SessionList } from './session-list.js';
import { Sessions } from './sessions.js';
import { AccessTokens } from './tokens.js';
import { UserSessionsController } from './user-sessions.controller.js';
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
        UsersController,
        CredentialsController,
        SessionsController,
        UserSessionsController,
        JwksController,
        IntegrityController,
        ...SERVICE_CONTROLLERS,
      ],
      providers: [
        ...serviceProviders(
          declarationOf('identity'),
          config,
          databaseOptions(config.databaseUrl),
          identityRetention,
        ),
        Users,
        Deletion,
        Purge,
        Confirmation,
        Credentials,
        Passwords,
        Sessions,
        SessionList,
        { provide: AccessTokens, useFactory: () => AccessTokens.signedWith(config.tokenSigningKeys) },
      ],
    };
  }
}
