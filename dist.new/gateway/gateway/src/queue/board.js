"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
var __importDefault = (this && this.__importDefault) || function (mod) {
    return (mod && mod.__esModule) ? mod : { "default": mod };
};
var QueueBoard_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.QueueBoard = void 0;
const api_1 = require("@bull-board/api");
const bullMQAdapter_1 = require("@bull-board/api/bullMQAdapter");
const fastify_1 = require("@bull-board/fastify");
const common_1 = require("@nestjs/common");
const service_1 = require("../../../libs/service/src/index.js");
const fastify_2 = __importDefault(require("fastify"));
const config_js_1 = require("../config.js");
const timeout_js_1 = require("./timeout.js");
/*
 * bull-board over all queues, for looking only. It has a Fastify of its own, to which nothing is connected: the route
 * in front of it decides who may, and hands on the address of what is to be read and nothing else of a request. So
 * whatever a new version of it may be able to do to a queue cannot be asked for.
 */
/** Its page asks for everything below the address at which it is served, and what a proxy puts before that. */
const BOARD_PATH = '/ops/queues';
/** Milliseconds for all queues to answer; a server that hangs must not keep a request. */
const ANSWER_WITHIN_MS = 5000;
/** Seconds between two looks of the page, each of which counts the jobs of every queue. */
const LOOK_AGAIN_SECONDS = 5;
/** The page asks somebody else for its fonts, which its policy refuses; the reader's own do as well. */
const FOREIGN_FONTS = /<link href="https:\/\/fonts[^>]*>/;
let QueueBoard = QueueBoard_1 = class QueueBoard {
    constructor(config) {
        this.config = config;
        this.logger = new common_1.Logger(QueueBoard_1.name);
        this.server = null;
    }
    /** Called once the queue's server was reachable. */
    open(queues) {
        this.server = boardOf(queues, (0, config_js_1.publicPath)(this.config));
    }
    /**
     * @param url the path and query of what is to be read
     * @throws Problem 503 while the queue does not answer
     */
    async read(url) {
        if (!this.server)
            throw (0, service_1.unavailable)('The queue has not been reached yet.');
        const answer = await this.ask(this.server, url);
        const type = String(answer.headers['content-type']);
        const isPage = type.startsWith('text/html');
        const content = isPage ? answer.payload.replace(FOREIGN_FONTS, '') : answer.rawPayload;
        return { status: answer.statusCode, type, content };
    }
    async ask(server, url) {
        try {
            const answer = await (0, timeout_js_1.withTimeout)(server.inject({ method: 'GET', url }), ANSWER_WITHIN_MS);
            if (answer.statusCode < 500)
                return answer;
            this.logger.warn(answer.payload);
        }
        catch (error) {
            this.logger.warn(error.message);
        }
        throw (0, service_1.unavailable)('The queue does not answer.');
    }
};
exports.QueueBoard = QueueBoard;
exports.QueueBoard = QueueBoard = QueueBoard_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [config_js_1.GatewayConfig])
], QueueBoard);
function boardOf(queues, before) {
    const adapter = new fastify_1.FastifyAdapter().setBasePath(before + BOARD_PATH);
    (0, api_1.createBullBoard)({
        queues: queues.map((queue) => new bullMQAdapter_1.BullMQAdapter(queue, { readOnlyMode: true })),
        serverAdapter: adapter,
        options: {
            uiConfig: {
                boardTitle: 'Queues',
                hideDocsLink: true,
                miscLinks: [{ text: 'Back to the dashboard', url: `${before}/ops` }],
                pollingInterval: { forceInterval: LOOK_AGAIN_SECONDS },
            },
        },
    });
    const server = (0, fastify_2.default)();
    void server.register(adapter.registerPlugin(), { prefix: BOARD_PATH });
    return server;
}
//# sourceMappingURL=board.js.map