import { type ArgumentsHost, Catch, Controller, Get, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Problem, ProblemFilter } from '@turnpike/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Allows } from '../request/route-actions.js';
import { QueueBoard } from '../queue/bull-board.js';

/**
 * As narrow as its page allows: beside what the dashboard may it needs style attributes, which its parts set while it
 * runs, a worker that colours JSON, and a base for its addresses.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'self'",
  "form-action 'none'",
].join('; ');

/** Hashed or not, its files change with a release of the gateway only. */
const KEEP_FILES = 'private, max-age=3600';

/** Whoever is not signed in is shown where to do that, unless it is the page itself that asks for data. */
@Catch(Problem)
class SignInFirst extends ProblemFilter {
  override catch(problem: Problem, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    if (problem.code !== 'unauthenticated' || below(request).startsWith('api/'))
      return super.catch(problem, host);
    void host.switchToHttp().getResponse<FastifyReply>().redirect('/ops', 303);
  }
}

/** What is in the queues, as bull-board shows it. */
@ApiExcludeController()
@UseFilters(SignInFirst)
@Controller('ops/queues')
export class QueuesController {
  constructor(private readonly board: QueueBoard) {}

  @Get()
  @Allows('ops.read')
  page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.pass(request, reply);
  }

  @Get('*')
  @Allows('ops.read')
  part(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.pass(request, reply);
  }

  private async pass(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { status, type, content } = await this.board.read(request.url);
    void reply
      .status(status)
      .headers({
        'content-type': type,
        'content-security-policy': CONTENT_SECURITY_POLICY,
        ...(status === 200 && below(request).startsWith('static/') && { 'cache-control': KEEP_FILES }),
      })
      .send(content);
  }
}

function below({ params }: FastifyRequest): string {
  return (params as { '*'?: string })['*'] ?? '';
}
