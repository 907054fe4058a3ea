// A process that runs an embedded PostgreSQL on the folder that it is given, and on the port if there is one, says
// so as one line of JSON, and stops it on SIGTERM. Tests kill it to see what becomes of the server.
import path from 'node:path';
import { startPostgres } from '../../scripts/embedded-postgres.mjs';

const [folder, port] = process.argv.slice(2);
const databases = ['first', 'second'];
const server = await startPostgres({
  folder,
  port: port && Number(port),
  logFile: path.join(folder, '../postgres.log'),
  databases,
});
process.on('SIGTERM', () => void server.stop().then(() => process.exit(0)));
const [first, second] = databases.map(server.urlOf);
console.log(JSON.stringify({ superuser: server.superuserUrl, first, second }));
