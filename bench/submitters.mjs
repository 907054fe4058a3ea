// Clients that submit writes as fast as they are accepted, spread over all users.

/** Calls `submit(user, index)` for every write, so many at a time. @returns the seconds that it took */
export async function submitAll({ users, writes, submitters }, submit) {
  const begun = performance.now();
  let next = 0;
  const client = async () => {
    while (next < users * writes) {
      const index = next++;
      await submit(index % users, index);
    }
  };
  await Promise.all(Array.from({ length: submitters }, client));
  return (performance.now() - begun) / 1000;
}
