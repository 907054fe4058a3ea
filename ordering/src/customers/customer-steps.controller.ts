import { Body, Controller, HttpCode, Post, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CustomerNameStep, CustomerView, DeleteCustomerStep, UpdateCustomer } from '@turnpike/contracts';
import { FollowUserStep, STEPS_PATH, undoneKey } from '@turnpike/protocol';
import {
  Call,
  IfMatch,
  type RecordedAnswer,
  RecordedAnswers,
  ServiceTokenGuard,
  type StepCall,
  Steps,
} from '@turnpike/service';
import { Customers, type Renamed } from './customers.js';
import {
  CustomerDeleted,
  CustomerDeletedAgain,
  CustomerFollowed,
  CustomerPurged,
  CustomerRestored,
  CustomerUndeleted,
} from './deletion-answers.js';
import { type Deleted, Deletion, type Restored } from './deletion.js';
import { Follow } from './follow.js';
import { Purge } from './purge.js';

@ApiTags('steps: customers')
@Controller(STEPS_PATH)
@UseGuards(ServiceTokenGuard)
@UseInterceptors(RecordedAnswers)
export class CustomerStepsController {
  constructor(
    private readonly steps: Steps,
    private readonly customers: Customers,
    private readonly deletion: Deletion,
    private readonly following: Follow,
    private readonly purging: Purge,
  ) {}

  /** A user was registered: the customer comes to be, with the user's name. */
  @Post('ordering.create-customer')
  @HttpCode(200)
  @ApiOkResponse({ type: CustomerView })
  create(@Call() call: StepCall, @Body() body: CustomerNameStep): Promise<RecordedAnswer> {
    return this.steps.apply(call, (tx) => this.customers.create(tx, call, body));
  }

  /** The user was not registered after all: the customer has never been. */
  @Post('ordering.create-customer/undo')
  @HttpCode(200)
  undoCreate(@Call() call: StepCall): Promise<RecordedAnswer> {
    return this.steps.undo(call, undoneKey(call.key), (tx) => this.customers.undoCreate(tx, call));
  }

  /** The user has another name, and so has the customer. */
  @Post('ordering.rename-customer')
  @HttpCode(200)
  @ApiOkResponse({ type: CustomerView })
  rename(@Call() call: StepCall, @Body() body: CustomerNameStep): Promise<RecordedAnswer> {
    return this.steps.apply(call, (tx) => this.customers.rename(tx, call, body));
  }

  /** The customer has the former name again. */
  @Post('ordering.rename-customer/undo')
  @HttpCode(200)
  @ApiOkResponse({ type: CustomerView })
  undoRename(@Call() call: StepCall): Promise<RecordedAnswer> {
    return this.steps.undo(call, undoneKey(call.key), (tx, before) =>
      this.customers.undoRename(tx, call, before as Renamed),
    );
  }

  /** Replaces the customer's address and phone. */
  @Post('ordering.update-customer')
  @HttpCode(200)
  @ApiOkResponse({ type: CustomerView })
  update(
    @Call() call: StepCall,
    @Body() body: UpdateCustomer,
    @IfMatch() ifMatch?: string,
  ): Promise<RecordedAnswer> {
    return this.steps.apply(call, (tx) => this.customers.update(tx, call, body, ifMatch));
  }

  /** The user is being deleted: placed orders are cancelled, paid ones too or they forbid it, all others stay. */
  @Post('ordering.delete-customer')
  @HttpCode(200)
  @ApiOkResponse({ type: CustomerDeleted })
  delete(@Call() call: StepCall, @Body() body: DeleteCustomerStep): Promise<RecordedAnswer> {
    return this.steps.apply(call, (tx) => this.deletion.delete(tx, call, body), { tombstone: 'ignored' });
  }

  /** The deletion did not come about: customer and orders are as before. */
  @Post('ordering.delete-customer/undo')
  @HttpCode(200)
  @ApiOkResponse({ type: CustomerUndeleted })
  undoDelete(@Call() call: StepCall): Promise<RecordedAnswer> {
    const stepKey = undoneKey(call.key);
    return this.steps.undo(call, stepKey, (tx, before) =>
      this.deletion.undo(tx, call, stepKey, before as Deleted),
    );
  }

  /** The user was restored, and so is the customer; cancelled orders stay cancelled. */
  @Post('ordering.restore-customer')
  @HttpCode(200)
  @ApiOkResponse({ type: CustomerRestored })
  restore(@Call() call: StepCall): Promise<RecordedAnswer> {
    return this.steps.apply(call, (tx) => this.deletion.restore(tx, call), { tombstone: 'ignored' });
  }

  /** The user was not restored after all: the customer is deleted again, as of the first deletion. */
  @Post('ordering.restore-customer/undo')
  @HttpCode(200)
  @ApiOkResponse({ type: CustomerDeletedAgain })
  undoRestore(@Call() call: StepCall): Promise<RecordedAnswer> {
    return this.steps.undo(call, undoneKey(call.key), (tx, before) =>
      this.deletion.undoRestore(tx, call, before as Restored),
    );
  }

  /** Nothing personal is left of the customer and the orders: the answer says what was erased. */
  @Post('ordering.purge-customer')
  @HttpCode(200)
  @ApiOkResponse({ type: CustomerPurged })
  purge(@Call() call: StepCall): Promise<RecordedAnswer> {
    return this.steps.apply(call, (tx) => this.purging.purge(tx, call), { tombstone: 'ignored' });
  }

  /** Customer and orders become what they must be for a user in that state. */
  @Post('ordering.follow-user')
  @HttpCode(200)
  @ApiOkResponse({ type: CustomerFollowed })
  follow(@Call() call: StepCall, @Body() body: FollowUserStep): Promise<RecordedAnswer> {
    return this.steps.apply(call, (tx) => this.following.follow(tx, call, body), { tombstone: 'ignored' });
  }
}
