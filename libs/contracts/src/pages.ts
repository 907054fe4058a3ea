import { MAX_STRING, Optional, PageQuery } from '@turnpike/protocol';
import { IsIn, IsString, IsUUID, MaxLength } from 'class-validator';
import { ORDER_STATUSES, type OrderStatus } from './orders.js';

export class UsersQuery extends PageQuery {
  /** Part of an e-mail address or of a name. */
  @Optional()
  @IsString()
  @MaxLength(MAX_STRING)
  search?: string;
}

export class OrdersQuery extends PageQuery {
  @Optional()
  @IsIn(ORDER_STATUSES)
  status?: OrderStatus;

  /** Administrators: whose orders; left out, the caller's own. */
  @Optional()
  @IsUUID()
  userId?: string;
}
