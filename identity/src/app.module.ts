import { type DynamicModule, Module } from '@nestjs/common';
import { declarationOf } from '@turnpike/contracts';
import { SERVICE_CONTROLLERS, serviceProviders } from '@turnpike/service';
import type { IdentityConfig } from './config.js';
import { Confirmation } from './users/confirmation.js';
import { CredentialsController } from './credentials/credentials.controller.js';
import { Credentials } from './credentials/credentials.js';
import { databaseOptions } from './database.js';
import { Deletion } from './users/deletion.js';
import { IntegrityController } from './integrity.controller.js';
import { JwksController } from './sessions/jwks.controller.js';
import { Passwords } from './credentials/passwords.js';
import { Purge } from './users/purge.js';
import { identityRetention } from './retention.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { SessionList } from './sessions/session-list.js';
import { Sessions } from './sessions/sessions.js';
import { AccessTokens } from './sessions/tokens.js';
import { UserSessionsController } from './sessions/user-sessions.controller.js';
import { UserStepsController } from './users/user-steps.controller.js';
import { UsersController } from './users/users.controller.js';
import { Users } from './users/users.js';

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
