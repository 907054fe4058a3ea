import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { PrepareCredential, type PreparedCredential } from '@turnpike/contracts';
import { ServiceTokenGuard } from '@turnpike/service';
import { Credentials } from './credentials.js';

@ApiTags('credentials')
@Controller('internal/credentials')
@UseGuards(ServiceTokenGuard)
export class CredentialsController {
  constructor(private readonly credentials: Credentials) {}

  /**
   * Turns a password into a credential, which a registration or a change of password then names. For a change
   * it checks the current password first. It is not a step: what is prepared and never used does no harm.
   */
  @Post()
  @HttpCode(200)
  prepare(@Body() request: PrepareCredential): Promise<PreparedCredential> {
    return this.credentials.prepare(request);
  }
}
