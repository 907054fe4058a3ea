import { Injectable } from '@nestjs/common';
import { isCanonicalToken } from '@turnpike/service';
import { importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import { GatewayConfig } from '../config.js';

const TYPE = 'operation+jwt';
const ALGORITHM = 'EdDSA';

/** How long an anonymous client may read the registration that it asked for. */
const LIFETIME = '15 minutes';

/**
 * Lets an anonymous client read one operation. It is signed and not stored; its `typ` keeps it from being
 * taken for a service token, which the same key signs.
 */
@Injectable()
export class OperationTokens {
  private readonly privateJwk: JWK;
  private readonly publicJwk: JWK;

  constructor(config: GatewayConfig) {
    this.privateJwk = JSON.parse(config.serviceSigningKey) as JWK;
    const { d: _private, ...publicJwk } = this.privateJwk;
    this.publicJwk = publicJwk;
  }

  async sign(operationId: string): Promise<string> {
    return new SignJWT()
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
      .setSubject(operationId)
      .setExpirationTime(LIFETIME)
      .sign(await importJWK(this.privateJwk, ALGORITHM));
  }

  /** @returns whether that token lets its bearer read that operation */
  async allows(token: string, operationId: string): Promise<boolean> {
    if (!isCanonicalToken(token)) return false;
    const key = await importJWK(this.publicJwk, ALGORITHM);
    return jwtVerify(token, key, { typ: TYPE, subject: operationId, algorithms: [ALGORITHM] }).then(
      () => true,
      () => false,
    );
  }
}
