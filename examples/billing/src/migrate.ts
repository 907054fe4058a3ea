import { runMain } from '@turnpike/service/run-main';

runMain(async () => (await import('./billing.js')).billing.migrate());
