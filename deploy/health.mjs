// Whether the process in this container is `live` or `ready`: `node deploy/health.mjs ready`. The image has no curl.
// A container has one process, so one of the three ports is answered.
const { GATEWAY_PORT = 3000, IDENTITY_PORT = 3001, ORDERING_PORT = 3002 } = process.env;
const [state] = process.argv.slice(2);

const questions = [GATEWAY_PORT, IDENTITY_PORT, ORDERING_PORT].map((port) =>
  fetch(`http://127.0.0.1:${port}/health/${state}`),
);
const isSo = await Promise.any(questions).then(
  ({ ok }) => ok,
  () => false,
);
process.exit(isSo ? 0 : 1);
