import path from 'node:path';
import { defineConfig } from 'vite';

const HERE = import.meta.dirname;
const ROOT = path.join(HERE, '../..');

/** Where the gateway is, as this process reaches it. */
const GATEWAY = process.env['GATEWAY_URL'] || 'http://127.0.0.1:3000';

/** Where the page finds it, if that is not the page's own origin; the gateway must then list that in CORS_ORIGINS. */
const FROM_PAGE = process.env['VITE_GATEWAY_URL'] ?? '';

/** Nothing but the page's own files, no script or style that is written into it, and requests to the gateway. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  // The origin alone: a source with a path would allow that one address and nothing below it.
  `connect-src 'self' ${FROM_PAGE && new URL(FROM_PAGE).origin}`.trim(),
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export default defineConfig({
  root: HERE,
  logLevel: 'warn',
  resolve: { alias: { '@turnpike/client': path.join(ROOT, 'libs/client/src/index.ts') } },
  build: {
    outDir: path.join(ROOT, 'dist/storefront'),
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  preview: {
    host: '127.0.0.1',
    port: 5173,
    strictPort: true,
    // The gateway behind the page's own origin: no other origin has to be allowed to call it.
    proxy: { '/v1': GATEWAY },
    headers: {
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    },
  },
});
