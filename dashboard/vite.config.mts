import path from 'node:path';
import { defineConfig } from 'vite';

const HERE = import.meta.dirname;

/** The gateway serves what this makes: gateway/src/dashboard. */
export default defineConfig({
  root: HERE,
  base: '/ops/',
  logLevel: 'warn',
  resolve: { alias: { '@turnpike/contracts': path.join(HERE, '../libs/contracts/src/index.ts') } },
  build: {
    outDir: path.join(HERE, '../dist/dashboard'),
    emptyOutDir: true,
    // Browsers that have `light-dark()` and native dialogs have all of it.
    target: 'es2023',
    modulePreload: { polyfill: false },
    // The page's policy has no exception for what is written into a style sheet or a script.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // React's libraries mark what is for browsers; here everything is.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
});
