import {
  applyDecorators,
  Body,
  Controller,
  Get,
  HttpCode,
  Param,
  Post,
  Query,
  type Type,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import {
  DeclaredStepBody,
  INTEGRITY_PATH,
  IntegrityQuery,
  IntegrityRow,
  STEPS_PATH,
  undoneKey,
} from '@turnpike/protocol';
import { ServiceTokenGuard } from '../auth/service-token.js';
import { Database } from '../database/database.js';
import { ApiItems, ApiProblems } from '../http/openapi.js';
import { jsonSchemaOf } from '../manifest/json-schema.js';
import { Problem } from '../problems/problem.js';
import type { RecordedAnswer, StepCall } from '../steps/inbox.js';
import { Call, IfMatch, RecordedAnswers } from '../steps/step-call.js';
import { Steps } from '../steps/steps.js';
import type { DeclaredStep } from './declared-step.js';
import { tableOf } from './checks.js';
import type { ReadDefinition, RelationDefinition } from './definition.js';

/*
 * The routes of a declaration, each with a controller of its own: what is not declared does not exist, and is answered so.
 */

/** @returns the route of a step */
export function stepController(name: string, step: DeclaredStep): Type {
  @ApiTags('steps')
  @Controller(STEPS_PATH)
  @UseGuards(ServiceTokenGuard)
  @UseInterceptors(RecordedAnswers)
  class StepController {
    constructor(private readonly steps: Steps) {}

    @Post(name)
    @HttpCode(200)
    @ApiOperation({ operationId: name, summary: `Carries ${name} out, once.` })
    @ApiBody({ schema: { ...jsonSchemaOf(DeclaredStepBody) } })
    @ApiProblems(...step.refusals)
    apply(
      @Call() call: StepCall,
      @Body() body: DeclaredStepBody,
      @IfMatch() ifMatch?: string,
    ): Promise<RecordedAnswer> {
      return this.steps.apply(call, (tx) => step.apply(tx, { call, body, ifMatch }), step.options);
    }
  }
  return StepController;
}

/** @returns the route by which a step is taken back */
export function undoController(name: string, step: DeclaredStep): Type {
  @ApiTags('steps')
  @Controller(STEPS_PATH)
  @UseGuards(ServiceTokenGuard)
  @UseInterceptors(RecordedAnswers)
  class UndoController {
    constructor(private readonly steps: Steps) {}

    @Post(`${name}/undo`)
    @HttpCode(200)
    @ApiOperation({ operationId: `${name}/undo`, summary: `Takes ${name} back.` })
    undo(@Call() call: StepCall): Promise<RecordedAnswer> {
      return this.steps.undo(call, undoneKey(call.key), (tx, left) => step.undo(tx, call, left));
    }
  }
  return UndoController;
}

/** @returns the route of a read */
export function readController({ internal, summary, result, read }: ReadDefinition): Type {
  @ApiTags('reads')
  @Controller()
  @UseGuards(ServiceTokenGuard)
  class ReadController {
    constructor(private readonly database: Database) {}

    @Get(internal.replaceAll(/\{(\w+)\}/g, ':$1'))
    @ApiOperation({ operationId: internal.replaceAll(/[{}]/g, ''), summary })
    @ApiParameters(internal)
    @ApiOkResponse({ description: 'It is there.', schema: schemaOf(result) })
    async read(@Param() params: Record<string, string>): Promise<object> {
      assertIds(params);
      const found = await read({ params: params as never, database: this.database });
      if (!found) throw new Problem('not-found');
      return found;
    }
  }
  return ReadController;
}

/** @returns the route of the rows that a relation lists */
export function tableController({ name, from, rows = '' }: RelationDefinition): Type {
  const table = tableOf({ from });
  const page = pageOf(rows);
  @ApiTags('integrity')
  @Controller(INTEGRITY_PATH)
  @UseGuards(ServiceTokenGuard)
  class TableController {
    constructor(private readonly database: Database) {}

    @Get(table)
    @ApiOperation({
      operationId: `integrity/${table}`,
      summary: `The rows of ${table}, in the order of their ids.`,
    })
    @ApiItems(IntegrityRow)
    async rows(@Query() { after, userId, limit }: IntegrityQuery): Promise<{ items: IntegrityRow[] }> {
      const items = await this.database.query<IntegrityRow>(page, [after, userId, limit]);
      return { items: items.map((item) => ({ ...item, relation: item.relation ?? name })) };
    }
  }
  return TableController;
}

/** The conditions reach the table through the select, and its index of the ids with them. */
function pageOf(select: string): string {
  return `select listed.* from (${select}) as listed
    where ($1::uuid is null or id > $1) and ($2::uuid is null or "userId" = $2) order by id limit $3`;
}

/** Describes the parts of an address that change. */
function ApiParameters(address: string): MethodDecorator {
  const names = [...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  return applyDecorators(...names.map((name) => ApiParam({ name, type: String })));
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @throws Problem 404 for what is no id where one has to be: there is nothing under it */
function assertIds(params: Readonly<Record<string, string>>): void {
  const isWrong = ([name, value]: [string, string]): boolean => /id$/i.test(name) && !UUID.test(value);
  if (Object.entries(params).some(isWrong)) throw new Problem('not-found');
}

function schemaOf(shape: ReadDefinition['result']): Record<string, unknown> {
  return shape ? { ...jsonSchemaOf(shape) } : { type: 'object' };
}
