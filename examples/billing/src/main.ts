import { runMain } from '@turnpike/service/run-main';

// Loaded when the process listens for signals: it takes up to a second.
runMain(async () => (await import('./billing.js')).billing.start());
