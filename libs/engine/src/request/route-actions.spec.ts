import { Controller, Get } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { Public } from '@turnpike/service';
import { Allows, RouteCheck } from './route-actions.js';

@Controller('a')
class Complete {
  @Get('named')
  @Allows('ops.read')
  named(): void {}

  @Get('open')
  @Public()
  open(): void {}
}

@Controller('b')
class Incomplete {
  @Get('forgotten')
  forgotten(): void {}
}

async function start(...controllers: (typeof Complete | typeof Incomplete)[]): Promise<void> {
  const module = await Test.createTestingModule({
    imports: [DiscoveryModule],
    controllers,
    providers: [RouteCheck],
  }).compile();
  await module.init();
}

describe('a process', () => {
  it('starts where every route names its action or is public', async () => {
    await expect(start(Complete)).resolves.toBeUndefined();
  });

  it('does not start with a route of which nobody has said who may use it', async () => {
    await expect(start(Complete, Incomplete)).rejects.toThrow('Incomplete.forgotten');
  });
});
