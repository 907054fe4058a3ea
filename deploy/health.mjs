// Whether the process in this container is `live` or `ready`: `node deploy/health.mjs ready`. The image has no curl.
// A container has one process, so one of the three ports is answered.
import http from 'node:http';
import https from 'node:https';

const { GATEWAY_PORT = 3000, IDENTITY_PORT = 3001, ORDERING_PORT = 3002, TLS_CERT_FILE } = process.env;
const [state] = process.argv.slice(2);

// It asks itself, so that there is nobody to be taken for another.
const ask = TLS_CERT_FILE
  ? (url, done) => https.get(`https:${url}`, { rejectUnauthorized: false }, done)
  : (url, done) => http.get(`http:${url}`, done);
const questions = [GATEWAY_PORT, IDENTITY_PORT, ORDERING_PORT].map(
  (port) =>
    new Promise((resolve, reject) => {
      ask(`//127.0.0.1:${port}/health/${state}`, resolve).on('error', reject);
    }),
);
const isSo = await Promise.any(questions).then(
  ({ statusCode }) => statusCode === 200,
  () => false,
);
process.exit(isSo ? 0 : 1);
