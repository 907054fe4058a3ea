import { createHash } from 'node:crypto';
import { applyDecorators, Controller, Get, Header, Param } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { isProblemCode, KeySet, PROBLEM_CODES, PROBLEMS } from '@turnpike/protocol';
import { Problem, Public, ServiceTokenSigner, sharedFor } from '@turnpike/service';
import type { JSONWebKeySet } from 'jose';
import { Subjects } from '../ports/subjects.js';

const STYLE = 'body{font:1rem/1.6 system-ui,sans-serif;max-width:42rem;margin:4rem auto;padding:0 1rem}';

/** A route that answers a page of ours, in which nothing but its own style sheet takes effect. */
function IsPage(): MethodDecorator {
  const style = createHash('sha256').update(STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  return applyDecorators(
    ApiProduces('text/html'),
    Header('content-type', 'text/html; charset=utf-8'),
    Header('content-security-policy', policy),
  );
}

/**
 * Milliseconds for which identity's keys serve all who ask: nobody's requests for them are counted. A new key is seen so
 * much later, and clients may keep what they have read for longer (max-age).
 */
const KEYS_SHARED_MS = 5000;

/** Milliseconds for which all who ask are told that identity is away. */
const AWAY_SHARED_MS = 500;

/** What everybody may read: keys, and pages about problems. */
@ApiTags('public')
@Public()
@Controller()
export class PublicController {
  private readonly keys = sharedFor(KEYS_SHARED_MS, () => this.subjects.keys(), AWAY_SHARED_MS);

  constructor(
    private readonly subjects: Subjects,
    private readonly signer: ServiceTokenSigner,
  ) {}

  /** The public keys of users' access tokens. */
  @Get('.well-known/jwks.json')
  @Header('cache-control', 'public, max-age=60')
  @ApiOkResponse({ type: KeySet, description: 'A JWKS (RFC 7517).' })
  accessTokenKeys(): Promise<JSONWebKeySet> {
    return this.keys();
  }

  /** The public key of the gateway's own tokens, which the services verify. */
  @Get('.well-known/service-jwks.json')
  @Header('cache-control', 'public, max-age=60')
  @ApiOkResponse({ type: KeySet, description: 'A JWKS (RFC 7517).' })
  serviceTokenKeys(): Promise<JSONWebKeySet> {
    return this.signer.jwks();
  }

  /** All problems. */
  @Get('problems')
  @IsPage()
  problems(): string {
    const items = PROBLEM_CODES.map((code) => {
      const { status, title } = PROBLEMS[code];
      return `<li><a href="problems/${code}">${code}</a> (${status}): ${title}</li>`;
    });
    return page('Problems', `<ul>${items.join('\n')}</ul>`, 'problems');
  }

  /** What a problem means and what to do about it. */
  @Get('problems/:code')
  @IsPage()
  problem(@Param('code') code: string): string {
    if (!isProblemCode(code)) throw new Problem('not-found');
    const { status, title, help } = PROBLEMS[code];
    const what = help.replaceAll(/`([^`]+)`/g, '<code>$1</code>');
    return page(title, `<p><code>${code}</code>, status ${status}</p><p>${what}</p>`, '../problems');
  }
}

/**
 * Only texts of ours go into a page.
 * @param all where all problems are listed, seen from the page: a proxy may have put something before its address
 */
function page(title: string, body: string, all: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title} · Turnpike</title><style>${STYLE}</style>
<h1>${title}</h1>${body}<p><a href="${all}">All problems</a></p></html>`;
}
