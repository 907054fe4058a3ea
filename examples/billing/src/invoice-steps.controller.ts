import { Body, Controller, HttpCode, Post, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { FollowUserStep, STEPS_PATH } from '@turnpike/protocol';
import { IssueInvoiceStep, VoidInvoiceStep } from '@turnpike/contracts';
import {
  Call,
  IfMatch,
  type RecordedAnswer,
  RecordedAnswers,
  ServiceTokenGuard,
  type StepCall,
  Steps,
} from '@turnpike/service';
import { Invoices } from './invoices.js';

@ApiTags('steps')
@Controller(STEPS_PATH)
@UseGuards(ServiceTokenGuard)
@UseInterceptors(RecordedAnswers)
export class InvoiceStepsController {
  constructor(
    private readonly steps: Steps,
    private readonly invoices: Invoices,
  ) {}

  /** An order that is paid gets its invoice. */
  @Post('billing.issue-invoice')
  @HttpCode(200)
  issue(@Call() call: StepCall, @Body() body: IssueInvoiceStep): Promise<RecordedAnswer> {
    return this.steps.apply(call, (tx) => this.invoices.issue(tx, call, body));
  }

  /** The invoice is void; its number stays taken. */
  @Post('billing.void-invoice')
  @HttpCode(200)
  void(
    @Call() call: StepCall,
    @Body() body: VoidInvoiceStep,
    @IfMatch() ifMatch?: string,
  ): Promise<RecordedAnswer> {
    return this.steps.apply(call, (tx) => this.invoices.void(tx, body, ifMatch));
  }

  /** The user is purged: the invoices stay, without name and address. */
  @Post('billing.purge-user')
  @HttpCode(200)
  purge(@Call() call: StepCall): Promise<RecordedAnswer> {
    return this.steps.apply(call, (tx) => this.invoices.purge(tx, call), { tombstone: 'ignored' });
  }

  /** The invoices agree with the user as identity has one. */
  @Post('billing.follow-user')
  @HttpCode(200)
  follow(@Call() call: StepCall, @Body() body: FollowUserStep): Promise<RecordedAnswer> {
    return this.steps.apply(call, (tx) => this.invoices.follow(tx, call, body), { tombstone: 'ignored' });
  }
}
