import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  ParseUUIDPipe,
  Patch,
  Post,
  Query,
  UseGuards,
} from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiTags, PickType } from '@nestjs/swagger';
import {
  AccessEnded,
  Administrators,
  EndAccess,
  UserChanges,
  UsersQuery,
  UserView,
} from '@turnpike/contracts';
import { Email, type Page } from '@turnpike/protocol';
import { ApiPage, ServiceTokenGuard, Steps } from '@turnpike/service';
import { Deletion } from './deletion.js';
import { Sessions } from '../sessions/sessions.js';
import { Users } from './users.js';

class EmailQuery {
  @ApiProperty({ format: 'email' })
  @Email()
  email: string;
}

class UserId {
  @ApiProperty({ format: 'uuid' })
  id: string;
}

class RenameUser extends PickType(UserChanges, ['firstName', 'lastName'] as const) {}

/** Users as they are read; and, for administrators' scripts, changes that begin here and that the lanes follow. */
@ApiTags('users')
@Controller('internal/users')
@UseGuards(ServiceTokenGuard)
export class UsersController {
  constructor(
    private readonly steps: Steps,
    private readonly users: Users,
    private readonly deletion: Deletion,
    private readonly sessions: Sessions,
  ) {}

  /** Users, deleted ones too, newest first; `search` finds parts of addresses and of names. */
  @Get()
  @ApiPage(UserView)
  list(@Query() query: UsersQuery): Promise<Page<UserView>> {
    return this.users.list(query);
  }

  /** Whose present address that is, in whatever case it is written. */
  @Get('by-email')
  @ApiOkResponse({ type: UserId, description: 'The user.' })
  findIdByEmail(@Query() { email }: EmailQuery): Promise<UserId> {
    return this.users.findIdByEmail(email);
  }

  /** Who has the role `admin` and is not deleted, in the order of their ids. */
  @Get('administrators')
  @ApiOkResponse({ type: Administrators, description: 'The administrators.' })
  administrators(): Promise<Administrators> {
    return this.users.administrators();
  }

  /**
   * Ends the sessions of before, whatever the user's lane is doing. The answer says how often the user's access was ended
   * by all that identity was told.
   */
  @Post(':id/access-ended')
  @HttpCode(200)
  endAccess(@Param('id', ParseUUIDPipe) id: string, @Body() ending: EndAccess): Promise<AccessEnded> {
    return this.sessions.endAccess(id, ending);
  }

  /** A user who is not purged; `deletedAt` stands only in a deleted one. */
  @Get(':id')
  find(@Param('id', ParseUUIDPipe) id: string): Promise<UserView> {
    return this.users.find(id);
  }

  /** Deletes a user at once, beside the lane. One who is deleted already is left as is. */
  @Delete(':id')
  @HttpCode(204)
  delete(@Param('id', ParseUUIDPipe) id: string): Promise<void> {
    return this.steps.beside(id, 'identity.delete', (tx) => this.deletion.deleteBeside(tx, id));
  }

  /** Renames a user at once, beside the lane. */
  @Patch(':id')
  @HttpCode(204)
  rename(@Param('id', ParseUUIDPipe) id: string, @Body() names: RenameUser): Promise<void> {
    return this.steps.beside(id, 'identity.update', (tx) => this.users.update(tx, { userId: id }, names));
  }
}
