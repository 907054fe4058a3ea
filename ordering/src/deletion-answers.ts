import { ApiProperty } from '@nestjs/swagger';
import { CustomerView } from '@turnpike/contracts';

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
