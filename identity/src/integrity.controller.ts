import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { IntegrityQuery, IntegrityUser } from '@turnpike/protocol';
import { ApiItems, Database, ServiceTokenGuard } from '@turnpike/service';

@ApiTags('integrity')
@Controller('internal/integrity')
@UseGuards(ServiceTokenGuard)
export class IntegrityController {
  constructor(private readonly database: Database) {}

  /** The users that others may refer to, in the order of their ids. */
  @Get('users')
  @ApiItems(IntegrityUser)
  async users(@Query() { after, limit, userId }: IntegrityQuery): Promise<{ items: IntegrityUser[] }> {
    const items = await this.database.query<IntegrityUser>(
      `select id, state, first_name || ' ' || last_name as name from users
       where state <> 'purged' and ($1::uuid is null or id > $1) and ($2::uuid is null or id = $2)
       order by id limit $3`,
      [after, userId, limit],
    );
    return { items };
  }
}
