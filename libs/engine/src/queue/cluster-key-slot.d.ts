/** The package has no types of its own. */
declare module 'cluster-key-slot' {
  /** @returns the slot of a key in a Redis Cluster: by its hash tag, if it has one */
  function slotOf(key: string): number;
  export = slotOf;
}
