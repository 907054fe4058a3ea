import { Controller, Get, Header } from '@nestjs/common';
import { ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { JSONWebKeySet } from 'jose';
import { AccessTokens } from './tokens.js';

@ApiTags('sessions')
@Controller('.well-known')
export class JwksController {
  constructor(private readonly tokens: AccessTokens) {}

  /** The public keys that users' access tokens are verified with. */
  @Get('jwks.json')
  @ApiSecurity({})
  @Header('cache-control', 'public, max-age=60')
  jwks(): JSONWebKeySet {
    return this.tokens.jwks;
  }
}
