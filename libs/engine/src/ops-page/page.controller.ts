import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Problem, Public } from '@turnpike/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type File, PageFiles } from './page-files.js';

/** The page loads only what comes with it, is framed by nobody, and sends nothing elsewhere. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ');

/** The dashboard. Everything below its address is the one page, which reads from the address what it shows. */
@ApiExcludeController()
@Public()
@Controller('ops')
export class PageController {
  constructor(private readonly files: PageFiles) {}

  @Get()
  page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    send(this.files.index(), request, reply);
  }

  @Get('*')
  below(@Param('*') path: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const file = this.files.find(path);
    // A page that is older than the build asks for what is no more: the page itself would be no script.
    if (!file && path.startsWith('assets/')) throw new Problem('not-found');
    send(file ?? this.files.index(), request, reply);
  }
}

function send(file: File, { headers }: FastifyRequest, reply: FastifyReply): void {
  const zipped = /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''));
  void reply
    .headers({
      'content-type': file.type,
      'cache-control': file.isHashed ? 'public, max-age=31536000, immutable' : 'no-store',
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      vary: 'accept-encoding',
      ...(zipped && { 'content-encoding': 'gzip' }),
    })
    .send(zipped ? file.zipped : file.content);
}
