import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { KeySet } from '@turnpike/protocol';
import { Public } from '@turnpike/service';
import type { JSONWebKeySet } from 'jose';
import { AccessTokens } from './tokens.js';

@ApiTags('sessions')
@Controller('.well-known')
export class JwksController {
  constructor(private readonly tokens: AccessTokens) {}

  /** The public keys that users' access tokens are verified with. */
  @Public()
  @Get('jwks.json')
  @ApiOkResponse({ type: KeySet })
  @Header('cache-control', 'public, max-age=60')
  jwks(): JSONWebKeySet {
    return this.tokens.jwks;
  }
}
