"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Listener = void 0;
const service_1 = require("../../../libs/service/src/index.js");
/** Milliseconds between two attempts to listen again after the connection was lost. */
const RECONNECT_MS = 500;
/** Milliseconds to connect, and to take in what to listen to. */
const ANSWER_WITHIN_MS = 2000;
/**
 * Listens to channels of the database over a connection of its own, and again after it was lost; one that leads nowhere
 * is found by its heartbeat. The pool's connections do not serve: a subscription is one session's, and the pool hands its sessions to anyone.
 */
class Listener {
    constructor(listening) {
        this.listening = listening;
        this.client = null;
        this.stopped = false;
    }
    /** Until it is stopped. */
    async keepListening() {
        while (!this.stopped) {
            await this.listen().catch((error) => this.warn('cannot listen', error));
            this.listening.look();
            if (!this.stopped)
                await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
        }
    }
    async stop() {
        this.stopped = true;
        await this.client?.end();
    }
    /** Fulfilled when the connection has ended. */
    async listen() {
        const { connectionString, applicationName, channels, hear, look } = this.listening;
        const client = new service_1.SessionClient({
            connectionString,
            application_name: applicationName,
            connectionTimeoutMillis: ANSWER_WITHIN_MS,
            query_timeout: ANSWER_WITHIN_MS,
            session: service_1.PATIENT,
        });
        const ended = new Promise((resolve) => client.once('end', resolve));
        client.on('error', (error) => this.warn('lost the connection', error));
        client.on('notification', hear);
        this.client = client;
        try {
            await client.connect();
            await client.query(channels.map((channel) => `listen ${client.escapeIdentifier(channel)}`).join('; '));
            look();
            await ended;
        }
        finally {
            // A standby lets everybody connect and nobody listen: each attempt would keep one of its connections.
            void client.end();
        }
    }
    warn(what, error) {
        if (this.stopped)
            return;
        const { applicationName, logger } = this.listening;
        logger.warn(`${applicationName} ${what}: ${error.message}`);
    }
}
exports.Listener = Listener;
//# sourceMappingURL=listener.js.map