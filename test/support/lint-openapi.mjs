// Reads an OpenAPI document from stdin and writes what is wrong with it as a JSON list. A process of its own: the
// linter is made of ES modules that jest cannot load.
import { text } from 'node:stream/consumers';
import { createConfig, lintFromString } from '@redocly/openapi-core';

const config = await createConfig({ extends: ['recommended-strict'] });
const problems = await lintFromString({
  source: await text(process.stdin),
  absoluteRef: '/openapi.json',
  config,
});
const lines = problems.map(
  ({ ruleId, message, location }) => `${ruleId} at ${location[0]?.pointer}: ${message}`,
);
process.stdout.write(JSON.stringify(lines));
