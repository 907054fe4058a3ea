import path from 'node:path';
import { defineConfig } from 'vite';

const HERE = import.meta.dirname;

/** The gateway serves what this makes: libs/engine/src/ops-page. */
export default defineConfig({
  root: HERE,
  // The gateway writes whole paths into the page when it starts: a proxy may add one.
  base: './',
  logLevel: 'warn',
  // Of what crosses the border only what has no decorators is more than a type.
  resolve: {
    alias: { '@turnpike/protocol/problems': path.join(HERE, '../libs/protocol/src/problems/problems.ts') },
  },
  build: {
    outDir: path.join(HERE, '../dist/dashboard'),
    emptyOutDir: true,
    target: 'es2023',
    // The first that have `light-dark()`: what stands in for it in others knows nothing of a scheme that a script sets.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // In kB before compression. It is one file on purpose, and a test holds its compressed size.
    chunkSizeWarningLimit: 800,
    modulePreload: { polyfill: false },
    // The page's policy has no exception for what is written into a style sheet or a script.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // What the scripts contain is passed on with them, and so must its licences be.
    license: { fileName: 'licenses.txt' },
    // React's libraries mark what is for browsers; here everything is.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
});
