// The chapters in order.
import { tryLateSteps } from './late-steps.mjs';
import { race, tryAfterwards } from './race.mjs';
import { showRemains } from './remains.mjs';
import { restore } from './restore.mjs';
import { orderAndRename, register } from './user.mjs';

export async function tellAll(system) {
  const user = await register(system);
  const orders = await orderAndRename(system, user);
  const raced = await race(system, user);
  raced.afterwards = await tryAfterwards(system, user, orders);
  const places = [raced.deletion, ...raced.writes, ...raced.afterwards].map(({ seq }) => seq ?? 0);
  await tryLateSteps(system, user, orders, Math.max(...places));
  await showRemains(system, user, orders, raced);
  await restore(system, user, orders);
}
