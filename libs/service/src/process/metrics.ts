import { createServer, type Server } from 'node:http';
import { Logger } from '@nestjs/common';
import { collectDefaultMetrics, Histogram, register } from 'prom-client';

/*
 * Metrics in the format of Prometheus, on a port of their own: they are for operators, not for clients. Each folder
 * names what it measures beside the code that does it; everything is in the one registry of the process.
 */

export interface MetricsPort {
  port: number;
  /** Whether somebody asked for this port; another process may have the usual one, and both go on. */
  wasGiven: boolean;
}

const requests = new Histogram({
  name: 'turnpike_http_request_duration_seconds',
  help: 'Requests by the pattern of their route.',
  labelNames: ['method', 'route', 'status'] as const,
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
});

/** @param seconds from the request's first line to the end of the answer */
export function observeRequest(method: string, route: string, status: number, seconds: number): void {
  requests.observe({ method, route, status: String(status) }, seconds);
}

/** Serves `/metrics`. @returns what stops it */
export async function serveMetrics({ port, wasGiven }: MetricsPort, host: string): Promise<() => void> {
  collectDefaultMetrics();
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') return void response.writeHead(404).end();
    register.metrics().then(
      (text) => response.writeHead(200, { 'content-type': register.contentType }).end(text),
      () => response.writeHead(503).end(),
    );
  });
  try {
    await listen(server, port, host);
  } catch (error) {
    if (wasGiven) throw error;
    new Logger('Metrics').warn(`Port ${port} is in use: no metrics. METRICS_PORT is another one.`);
  }
  return () => server.close();
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
}
