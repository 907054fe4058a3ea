import { Optional, Text } from '@turnpike/protocol';
import { IsIn, IsInt, IsUUID, Max, Min } from 'class-validator';

/** What a user redeems. */
export class RedeemPoints {
  @IsInt() @Min(1) @Max(1_000_000) points: number;
  @Optional() @Text() reason?: string;
}

/** Of an order that is paid: its id, and what was paid in minor units. */
export class EarnPoints {
  @IsUUID() orderId: string;
  @IsInt() @Min(0) amount: number;
}

/** The points of a user; below 0 where those of a cancelled order were redeemed before. */
export class Account {
  @IsUUID() userId: string;
  @IsInt() points: number;
  @IsIn(['open', 'closed']) state: 'open' | 'closed';
  @IsInt() version: number;
}
