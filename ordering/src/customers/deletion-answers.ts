import { ApiProperty } from '@nestjs/swagger';
import { CustomerView } from '@turnpike/contracts';
import type { Erasure } from '@turnpike/protocol';

/** The answer to a deletion. The customer is null when there was none. */
export class CustomerDeleted {
  @ApiProperty({ type: CustomerView, nullable: true })
  customer: CustomerView | null;

  @ApiProperty({ type: [String], description: 'The orders that it cancelled.' })
  cancelled: string[];
}

/** The answer to the undo of a deletion. */
export class CustomerUndeleted {
  @ApiProperty({ type: CustomerView, nullable: true })
  customer: CustomerView | null;

  @ApiProperty({ type: [String], description: 'The orders that are placed or paid again.' })
  reopened: string[];
}

/** The answer to a restore. */
export class CustomerRestored {
  @ApiProperty({ type: CustomerView })
  customer: CustomerView;

  @ApiProperty({ type: [String], description: 'The orders that the deletion cancelled.' })
  staysCancelled: string[];
}

/** The answer to the undo of a restore. */
export class CustomerDeletedAgain {
  @ApiProperty({ type: CustomerView })
  customer: CustomerView;
}

/** The answer to a purge. */
export class CustomerPurged {
  @ApiProperty({
    type: 'array',
    items: { type: 'object' },
    description: 'What was erased of which relation, and what was kept of it.',
  })
  erasures: Erasure[];
}

/** The answer to following a user. Where the user is absent there is no customer, and all is erased. */
export class CustomerFollowed extends CustomerPurged {
  @ApiProperty({ type: CustomerView, nullable: true })
  customer: CustomerView | null;

  @ApiProperty({ type: [String], description: 'The orders that it cancelled.' })
  cancelled: string[];
}
