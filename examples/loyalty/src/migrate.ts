import { runMain } from '@turnpike/service/run-main';

runMain(async () => (await import('./loyalty.js')).loyalty.migrate());
