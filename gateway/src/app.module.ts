import type { DynamicModule } from '@nestjs/common';
import { type Application, TurnpikeModule } from '@turnpike/engine';
import { CustomersController } from './api/customers.controller.js';
import { MeController } from './api/me.controller.js';
import { OrdersController } from './api/orders.controller.js';
import { UsersController } from './api/users.controller.js';
import { ShopConfig } from './config.js';
import { catalogueOf } from './operations/definitions.js';
import { AccessTokens } from './sign-in/access-tokens.js';
import { FirstAdministrator } from './sign-in/first-administrator.js';
import { FirstAdministrators } from './sign-in/first-administrators.js';
import { IdentityTold } from './sign-in/identity-told.js';
import { SignInPlaces, trimSignInPlaces } from './sign-in/known-origins.js';
import { LastAdministrator } from './sign-in/last-administrator.js';
import { OperatorsAtIdentity } from './sign-in/operator-sign-in.js';
import { PasswordTurns } from './sign-in/password-turns.js';
import { Passwords } from './sign-in/passwords.js';
import { Registered } from './sign-in/registered.js';
import { Revocations } from './sign-in/revocations.js';
import { SessionsController } from './sign-in/sessions.controller.js';
import { SignInThrottle } from './sign-in/sign-in-throttle.js';
import { SigningIn } from './sign-in/signing-in.js';
import { UsersAtIdentity } from './sign-in/users-at-identity.js';
import { UserSessionsController } from './sign-in/user-sessions.controller.js';

const providers = [
  AccessTokens,
  Revocations,
  PasswordTurns,
  SignInThrottle,
  Passwords,
  FirstAdministrator,
  Registered,
  SigningIn,
  IdentityTold,
  LastAdministrator,
  FirstAdministrators,
  SignInPlaces,
  OperatorsAtIdentity,
  UsersAtIdentity,
];

const controllers = [
  UsersController,
  CustomersController,
  OrdersController,
  SessionsController,
  UserSessionsController,
  MeController,
];

/** This shop: what the engine carries out for it. */
export function shop(config: ShopConfig): Application {
  return {
    catalogue: catalogueOf(config),
    subjects: UsersAtIdentity,
    authenticator: AccessTokens,
    operatorSignIn: OperatorsAtIdentity,
    accessListener: IdentityTold,
    administrators: LastAdministrator,
    providers: [{ provide: ShopConfig, useValue: config }, ...providers],
    controllers,
    trims: [trimSignInPlaces],
    readiness: {
      inject: [FirstAdministrator, Revocations],
      checks: (administrator: FirstAdministrator, revocations: Revocations) => ({
        ...(config.api && { identity: () => revocations.readiness }),
        ...(config.api && config.admin && { administrator: () => administrator.isReady }),
      }),
    },
  };
}

/** The gateway process. */
export function gatewayModule(config: ShopConfig, application = shop(config)): DynamicModule {
  return TurnpikeModule.forRoot(config, application);
}
