"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.observeRequest = observeRequest;
exports.serveMetrics = serveMetrics;
const node_http_1 = require("node:http");
const common_1 = require("@nestjs/common");
const prom_client_1 = require("prom-client");
const requests = new prom_client_1.Histogram({
    name: 'turnpike_http_request_duration_seconds',
    help: 'Requests by the pattern of their route.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
});
/** @param seconds from the request's first line to the end of the answer */
function observeRequest(method, route, status, seconds) {
    requests.observe({ method, route, status: String(status) }, seconds);
}
/** Serves `/metrics`. @returns what stops it */
async function serveMetrics({ port, wasGiven }, host) {
    (0, prom_client_1.collectDefaultMetrics)();
    const server = (0, node_http_1.createServer)((request, response) => {
        if (request.url !== '/metrics')
            return void response.writeHead(404).end();
        prom_client_1.register.metrics().then((text) => response.writeHead(200, { 'content-type': prom_client_1.register.contentType }).end(text), () => response.writeHead(503).end());
    });
    try {
        await listen(server, port, host);
    }
    catch (error) {
        if (wasGiven)
            throw error;
        new common_1.Logger('Metrics').warn(`Port ${port} is in use: no metrics. METRICS_PORT is another one.`);
    }
    return () => server.close();
}
function listen(server, port, host) {
    return new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => resolve());
    });
}
//# sourceMappingURL=metrics.js.map