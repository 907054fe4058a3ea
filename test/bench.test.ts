import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { backends } from './support/servers.js';

const ROOT = path.resolve(__dirname, '..');
const SIZE = ['--users', '5', '--writes', '4', '--runs', '1'];

test.each(backends())(
  'the lanes can be measured on the %s queue, and keep their order',
  async (backend) => {
    const { medians } = await measure('--backend', backend);

    expect(medians.Turnpike).toMatchObject({ writes: 20, unfinished: 0, orderViolations: 0, overlaps: 0 });
    expect(medians.Turnpike!.finishedPerSecond).toBeGreaterThan(0);
    expect(Object.keys(medians)).toEqual(
      backend === 'redis' ? ['Turnpike', 'BullMQ without order'] : ['Turnpike'],
    );
  },
  60_000,
);

/** What the command prints is JSON and nothing else. */
async function measure(...options: string[]): Promise<{ medians: Record<string, Record<string, number>> }> {
  const args = [path.join(ROOT, 'bench/lanes.mjs'), ...SIZE, ...options];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
  return JSON.parse(stdout) as { medians: Record<string, Record<string, number>> };
}
