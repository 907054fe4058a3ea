import { Controller, Get, Param, ParseUUIDPipe, Query, UseGuards } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { Email, type Page, UsersQuery, UserView } from '@turnpike/contracts';
import { ServiceTokenGuard } from '@turnpike/service';
import { Users } from './users.js';

class EmailQuery {
  @ApiProperty({ format: 'email' })
  @Email()
  email: string;
}

@ApiTags('users')
@Controller('internal/users')
@UseGuards(ServiceTokenGuard)
export class UsersController {
  constructor(private readonly users: Users) {}

  /** Users, deleted ones too, newest first; `search` finds parts of addresses and of names. */
  @Get()
  list(@Query() query: UsersQuery): Promise<Page<UserView>> {
    return this.users.list(query);
  }

  /** Whose present address that is, in whatever case it is written. */
  @Get('by-email')
  findIdByEmail(@Query() { email }: EmailQuery): Promise<{ id: string }> {
    return this.users.findIdByEmail(email);
  }

  /** A user in any state; `deletedAt` stands only in a deleted one. */
  @Get(':id')
  find(@Param('id', ParseUUIDPipe) id: string): Promise<UserView> {
    return this.users.find(id);
  }
}
