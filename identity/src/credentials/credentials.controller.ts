import { Body, Controller, HttpCode, Param, ParseUUIDPipe, Post, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  CheckCredential,
  CheckPassword,
  PrepareCredential,
  type PreparedCredential,
} from '@turnpike/contracts';
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

  /** Whether that is the user's password: 204, or 401. Nobody is signed in by it. */
  @Post('check')
  @HttpCode(204)
  async check(@Body() { userId, password }: CheckPassword): Promise<void> {
    await this.credentials.check(userId, password);
  }

  /** Whether that is the password that was prepared as this credential: 204, 401, or 404 once the credential is gone. */
  @Post(':id/check')
  @HttpCode(204)
  checkPrepared(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { password }: CheckCredential,
  ): Promise<void> {
    return this.credentials.checkPrepared(id, password);
  }
}
