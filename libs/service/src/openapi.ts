import type { INestApplication } from '@nestjs/common';
import { type ApiResponseOptions, DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { PROBLEMS } from '@turnpike/contracts';

/** What every route may answer instead of what it says. */
export const ANY_PROBLEM: ApiResponseOptions = {
  status: 'default',
  description: 'A problem (RFC 9457): the page at `type` says what to do.',
  content: {
    'application/problem+json': {
      schema: {
        type: 'object',
        required: ['type', 'title', 'status', 'code', 'instance'],
        properties: {
          type: { type: 'string' },
          title: { type: 'string' },
          status: { type: 'integer' },
          detail: { type: 'string' },
          code: { type: 'string', enum: Object.keys(PROBLEMS) },
          instance: { type: 'string', format: 'uuid', description: 'The request, as in X-Request-Id' },
          errors: {
            type: 'array',
            items: { type: 'object', properties: { path: { type: 'string' }, message: { type: 'string' } } },
          },
        },
      },
    },
  },
};

export interface ApiDescription {
  title: string;
  description: string;
  /** What every route may answer besides. */
  responses?: ApiResponseOptions[];
}

/** Serves `/openapi.json` and, for people, `/docs`. */
export function describeApi(
  app: INestApplication,
  { title, description, responses = [] }: ApiDescription,
): void {
  const config = new DocumentBuilder()
    .setTitle(title)
    .setDescription(description)
    .setVersion('1')
    .addBearerAuth()
    .addSecurityRequirements('bearer')
    .addGlobalResponse(ANY_PROBLEM, ...responses)
    .build();
  const document = SwaggerModule.createDocument(app, config);
  SwaggerModule.setup('docs', app, document, { jsonDocumentUrl: 'openapi.json', customSiteTitle: title });
}
