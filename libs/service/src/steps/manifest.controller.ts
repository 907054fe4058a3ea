import { Controller, Get, Headers, Res, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { HEADERS, type Manifest, MANIFEST_PATH } from '@turnpike/protocol';
import type { FastifyReply } from 'fastify';
import { ServiceTokenGuard } from '../auth/service-token.js';
import { ManifestDocument } from '../manifest/manifest.js';
import { namesEtag } from './if-match.js';

/** The manifest is answered in the same way by every service. */
@ApiTags('manifest')
@Controller(MANIFEST_PATH)
@UseGuards(ServiceTokenGuard)
export class ManifestController {
  constructor(private readonly document: ManifestDocument) {}

  /** What the service brings; 304 to a gateway that has it. */
  @Get()
  @ApiOkResponse({ description: 'The manifest.', schema: { type: 'object' } })
  read(
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers(HEADERS.ifNoneMatch) known?: string,
  ): Manifest | undefined {
    const { manifest, etag } = this.document;
    void reply.header('etag', etag);
    if (known === undefined || !namesEtag(known, etag)) return manifest;
    void reply.status(304);
    return undefined;
  }
}
