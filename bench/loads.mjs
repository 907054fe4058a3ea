// The loads of the lanes: whose writes are submitted when. A write is `{ id, user, turn }`: `turn` counts a user's
// writes in the order of their submission, and nobody submits a user's next write before the last is accepted.
import { setTimeout as pause } from 'node:timers/promises';

/** What every contender does before it is measured, so that no compiler is measured with it. */
export const WARM_UP = { kind: 'spread', users: 20, writes: 20, firstUser: 1_000_000, handlerMs: 0 };

/** The user whose lane is hot; the others are counted from 0. */
export const HOT_USER = 500_000;

/** Of every user with an odd number each fifth write fails at first: a tenth of all writes. The rest are clean lanes. */
const FAILS_EVERY = 5;

export function failsAtFirst(load, { user, turn }) {
  return load.retries === true && !isClean(user) && turn % FAILS_EVERY === 0;
}

export function isClean(user) {
  return user % 2 === 0;
}

export function countOf(load) {
  return (load.hotWrites ?? 0) + load.users * load.writes;
}

export function usersOf({ users, firstUser = 0, hotWrites = 0 }) {
  const many = Array.from({ length: users }, (_, index) => firstUser + index);
  return hotWrites > 0 ? [...many, HOT_USER] : many;
}

/** Submits every write of the load. Fulfilled when all were accepted. */
export function submitAll(load, submit) {
  return load.kind === 'paced' ? submitPaced(load, submit) : submitSpread(load, submit);
}

/** Clients that submit as fast as they are accepted, each for the user who has waited longest. */
async function submitSpread({ users, writes, submitters = 64, firstUser = 0 }, submit) {
  const idle = Array.from({ length: users }, (_, index) => ({ user: firstUser + index, turn: 0 }));
  let id = 0;
  const client = async () => {
    for (let next = idle.shift(); next; next = idle.shift()) {
      await submit({ id: id++, ...next });
      if (next.turn + 1 < writes) idle.push({ ...next, turn: next.turn + 1 });
    }
  };
  await Promise.all(Array.from({ length: submitters }, client));
}

/** Many users write at a steady rate, whatever becomes of it; one more, if there is one, as fast as it may. */
async function submitPaced(load, submit) {
  const { users, writes, perSecond, hotWrites = 0 } = load;
  const hot = submitInTurn(HOT_USER, 0, hotWrites, submit);
  const last = new Map();
  const begun = performance.now();
  for (let index = 0; index < users * writes; index += 1) {
    const early = begun + (index * 1000) / perSecond - performance.now();
    if (early > 0) await pause(early);
    const write = { id: hotWrites + index, user: index % users, turn: Math.floor(index / users) };
    last.set(
      write.user,
      Promise.resolve(last.get(write.user)).then(() => submit(write)),
    );
  }
  await Promise.all([hot, ...last.values()]);
}

async function submitInTurn(user, firstId, count, submit) {
  for (let turn = 0; turn < count; turn += 1) await submit({ id: firstId + turn, user, turn });
}
