import { type ServiceName, SERVICES } from '@turnpike/contracts';
import { Counter } from 'prom-client';

const wentBack = new Counter({
  name: 'turnpike_service_went_back_total',
  help: 'How often a database was found to have gone back in time, as after the restore of a backup.',
  labelNames: ['service'] as const,
});

// From 0 on: an increase from nothing is none for an alert.
for (const service of [...SERVICES, 'ledger'] as const) wentBack.inc({ service }, 0);

/** @param of whose database it is */
export function observeWentBack(of: ServiceName | 'ledger'): void {
  wentBack.inc({ service: of });
}
