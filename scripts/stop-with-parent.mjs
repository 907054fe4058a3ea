// Preloaded into every process that these scripts start (`node --import`): its standard input is a pipe from
// the parent, and when the pipe ends the parent is gone, however it died, and the process stops as if asked to.
const STOP_WITHIN_MS = 30_000 + Number(process.env.SHUTDOWN_DELAY_MS || 0);

process.stdin.on('error', stop).on('close', stop).resume();
process.stdin.unref(); // the pipe alone is no reason to stay

function stop() {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), STOP_WITHIN_MS).unref();
}
