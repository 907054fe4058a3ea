import { Counter } from 'prom-client';

const wentBack = new Counter({
  name: 'turnpike_service_went_back_total',
  help: 'How often a database was found to have gone back in time, as after the restore of a backup.',
  labelNames: ['service'] as const,
});

/**
 * Tells of these databases from 0 on: an increase from nothing is none for an alert.
 * @param services those that take part; the ledger is one more
 */
export function watchForGoingBack(services: readonly string[]): void {
  for (const service of [...services, 'ledger']) wentBack.inc({ service }, 0);
}

/** @param of the service whose database it is, or `ledger` */
export function observeWentBack(of: string): void {
  wentBack.inc({ service: of });
}
