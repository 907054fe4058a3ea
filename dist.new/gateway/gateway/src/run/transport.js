"use strict";
var __createBinding = (this && this.__createBinding) || (Object.create ? (function(o, m, k, k2) {
    if (k2 === undefined) k2 = k;
    var desc = Object.getOwnPropertyDescriptor(m, k);
    if (!desc || ("get" in desc ? !m.__esModule : desc.writable || desc.configurable)) {
      desc = { enumerable: true, get: function() { return m[k]; } };
    }
    Object.defineProperty(o, k2, desc);
}) : (function(o, m, k, k2) {
    if (k2 === undefined) k2 = k;
    o[k2] = m[k];
}));
var __setModuleDefault = (this && this.__setModuleDefault) || (Object.create ? (function(o, v) {
    Object.defineProperty(o, "default", { enumerable: true, value: v });
}) : function(o, v) {
    o["default"] = v;
});
var __importStar = (this && this.__importStar) || (function () {
    var ownKeys = function(o) {
        ownKeys = Object.getOwnPropertyNames || function (o) {
            var ar = [];
            for (var k in o) if (Object.prototype.hasOwnProperty.call(o, k)) ar[ar.length] = k;
            return ar;
        };
        return ownKeys(o);
    };
    return function (mod) {
        if (mod && mod.__esModule) return mod;
        var result = {};
        if (mod != null) for (var k = ownKeys(mod), i = 0; i < k.length; i++) if (k[i] !== "default") __createBinding(result, mod, k[i]);
        __setModuleDefault(result, mod);
        return result;
    };
})();
Object.defineProperty(exports, "__esModule", { value: true });
exports.keptConnections = keptConnections;
const contracts_1 = require("../../../libs/contracts/src/index.js");
const axios_1 = __importStar(require("axios"));
const undici_1 = require("undici");
/** Connections to each service; at least as many as writes are in flight. */
const CONNECTIONS = 256;
/**
 * Milliseconds that an idle connection is kept, whatever the service offers. The network may forget one that is idle,
 * which the next call would find out by its whole time limit.
 */
const IDLE_MS = 5000;
/** Milliseconds for a new connection: one that takes longer would keep calls from others. */
const CONNECT_MS = 2000;
/**
 * Carries axios' calls on undici's kept connections, one call at a time on each. A call costs half of what it does
 * on Node's own client, and its time limit is one for all of it: connecting, sending, and the whole answer. Nothing
 * is sent twice and no redirect is followed. An answer that names another call is worth nothing, and neither is the
 * connection that it came on: the answers behind it would be taken for those of the calls to come. The status is the
 * caller's to judge.
 *
 * A call that gets no answer in time makes every connection to that service suspect: what forgot one has forgotten the
 * others, and each would cost a call its time limit. So the calls to come are sent on new ones, and the others end with
 * the calls that are on them.
 */
function keptConnections(connections = CONNECTIONS) {
    const options = {
        connections,
        keepAliveTimeout: IDLE_MS,
        keepAliveMaxTimeout: IDLE_MS,
        connect: { timeout: CONNECT_MS },
    };
    const pools = new Map();
    const poolOf = (origin) => {
        const pool = pools.get(origin) ?? new undici_1.Pool(origin, options);
        pools.set(origin, pool);
        return pool;
    };
    const suspect = (origin, pool) => {
        if (pools.get(origin) !== pool)
            return;
        pools.delete(origin);
        void pool.close();
    };
    return (config) => {
        const request = requestOf(config);
        const origin = String(request.origin);
        const pool = poolOf(origin);
        return new Promise((resolve, reject) => {
            pool.dispatch(request, new Call(config, resolve, reject, () => suspect(origin, pool)));
        });
    };
}
function requestOf(config) {
    const { origin, pathname } = new URL(`${config.baseURL ?? ''}${config.url ?? ''}`);
    return {
        origin,
        path: config.params ? axios_1.default.getUri({ url: pathname, params: config.params }) : pathname,
        method: config.method.toUpperCase(),
        headers: config.headers.toJSON(),
        body: config.data ?? null,
    };
}
/** One call, from its being sent to the whole answer, or to the first thing that goes wrong. */
class Call {
    constructor(config, resolve, reject, isLate) {
        this.config = config;
        this.resolve = resolve;
        this.reject = reject;
        this.isLate = isLate;
        this.cancel = () => this.fail(new axios_1.CanceledError(undefined, this.config));
        this.controller = null;
        this.failure = null;
        this.head = null;
        this.chunks = [];
        this.bytes = 0;
        const { timeout, signal } = config;
        if (timeout) {
            this.timer = setTimeout(() => this.expire(timeout), timeout);
        }
        signal?.addEventListener?.('abort', this.cancel);
    }
    onRequestStart(controller) {
        this.controller = controller;
        // Given up while it waited for a connection: it is not sent any more.
        if (this.failure)
            controller.abort(this.failure);
    }
    onResponseStart(_controller, status, headers, statusText = '') {
        const answered = headers[contracts_1.HEADERS.callId];
        if (answered !== undefined && answered !== this.config.headers.get(contracts_1.HEADERS.callId)) {
            this.fail(this.error('the answer is that of another call', axios_1.AxiosError.ERR_BAD_RESPONSE));
        }
        this.head = { status, statusText, headers };
    }
    onResponseData(_controller, chunk) {
        this.bytes += chunk.length;
        const { maxContentLength = -1 } = this.config;
        if (maxContentLength >= 0 && this.bytes > maxContentLength) {
            this.fail(this.error(`the answer is larger than ${maxContentLength} bytes`, axios_1.AxiosError.ERR_BAD_RESPONSE));
        }
        else
            this.chunks.push(chunk);
    }
    onResponseEnd() {
        this.settle();
        const data = Buffer.concat(this.chunks).toString();
        this.resolve({ ...this.head, data, config: this.config });
    }
    onResponseError(_controller, error) {
        this.fail(error instanceof axios_1.AxiosError ? error : this.error(error.message, error.code));
    }
    expire(timeout) {
        this.fail(this.error(`no answer in ${timeout} ms`, 'ECONNABORTED'));
        this.isLate();
    }
    /** Ends the call and its connection, on which the answer could still come. */
    fail(error) {
        this.settle();
        this.failure ??= error;
        this.reject(this.failure);
        this.controller?.abort(this.failure);
    }
    settle() {
        clearTimeout(this.timer);
        this.config.signal?.removeEventListener?.('abort', this.cancel);
    }
    error(message, code) {
        return new axios_1.AxiosError(message, code, this.config);
    }
}
//# sourceMappingURL=transport.js.map