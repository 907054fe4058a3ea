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
var __param = (this && this.__param) || function (paramIndex, decorator) {
    return function (target, key) { decorator(target, key, paramIndex); }
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.PublicController = void 0;
const openapi = require("@nestjs/swagger");
const node_crypto_1 = require("node:crypto");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const services_js_1 = require("../run/services.js");
const STYLE = 'body{font:1rem/1.6 system-ui,sans-serif;max-width:42rem;margin:4rem auto;padding:0 1rem}';
/** A route that answers a page of ours, in which nothing but its own style sheet takes effect. */
function IsPage() {
    const style = (0, node_crypto_1.createHash)('sha256').update(STYLE).digest('base64');
    const policy = `default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
    return (0, common_1.applyDecorators)((0, swagger_1.ApiProduces)('text/html'), (0, common_1.Header)('content-type', 'text/html; charset=utf-8'), (0, common_1.Header)('content-security-policy', policy));
}
/**
 * Milliseconds for which identity's keys serve all who ask: nobody's requests for them are counted. A new key is seen so
 * much later, and clients may keep what they have read for longer (max-age).
 */
const KEYS_SHARED_MS = 5000;
/** Milliseconds for which all who ask are told that identity is away. */
const AWAY_SHARED_MS = 500;
/** What everybody may read: keys, and pages about problems. */
let PublicController = class PublicController {
    constructor(services, signer) {
        this.services = services;
        this.signer = signer;
        this.keys = (0, service_1.sharedFor)(KEYS_SHARED_MS, () => this.services.ask('identity', { method: 'GET', path: '/.well-known/jwks.json' }), AWAY_SHARED_MS);
    }
    /** The public keys of users' access tokens. */
    accessTokenKeys() {
        return this.keys();
    }
    /** The public key of the gateway's own tokens, which the services verify. */
    serviceTokenKeys() {
        return this.signer.jwks();
    }
    /** All problems. */
    problems() {
        const items = Object.entries(contracts_1.PROBLEMS).map(([code, { status, title }]) => `<li><a href="problems/${code}">${code}</a> (${status}): ${title}</li>`);
        return page('Problems', `<ul>${items.join('\n')}</ul>`, 'problems');
    }
    /** What a problem means and what to do about it. */
    problem(code) {
        if (!(0, contracts_1.isProblemCode)(code))
            throw new service_1.Problem('not-found');
        const { status, title, help } = contracts_1.PROBLEMS[code];
        const what = help.replaceAll(/`([^`]+)`/g, '<code>$1</code>');
        return page(title, `<p><code>${code}</code>, status ${status}</p><p>${what}</p>`, '../problems');
    }
};
exports.PublicController = PublicController;
__decorate([
    openapi.ApiOperation({ summary: "The public keys of users' access tokens." }),
    (0, common_1.Get)('.well-known/jwks.json'),
    (0, common_1.Header)('cache-control', 'public, max-age=60'),
    (0, swagger_1.ApiOkResponse)({ type: contracts_1.KeySet, description: 'A JWKS (RFC 7517).' }),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", []),
    __metadata("design:returntype", Promise)
], PublicController.prototype, "accessTokenKeys", null);
__decorate([
    openapi.ApiOperation({ summary: "The public key of the gateway's own tokens, which the services verify." }),
    (0, common_1.Get)('.well-known/service-jwks.json'),
    (0, common_1.Header)('cache-control', 'public, max-age=60'),
    (0, swagger_1.ApiOkResponse)({ type: contracts_1.KeySet, description: 'A JWKS (RFC 7517).' }),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", []),
    __metadata("design:returntype", Promise)
], PublicController.prototype, "serviceTokenKeys", null);
__decorate([
    openapi.ApiOperation({ summary: "All problems." }),
    (0, common_1.Get)('problems'),
    IsPage(),
    openapi.ApiResponse({ status: 200, type: String }),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", []),
    __metadata("design:returntype", String)
], PublicController.prototype, "problems", null);
__decorate([
    openapi.ApiOperation({ summary: "What a problem means and what to do about it." }),
    (0, common_1.Get)('problems/:code'),
    IsPage(),
    openapi.ApiResponse({ status: 200, type: String }),
    __param(0, (0, common_1.Param)('code')),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String]),
    __metadata("design:returntype", String)
], PublicController.prototype, "problem", null);
exports.PublicController = PublicController = __decorate([
    (0, swagger_1.ApiTags)('public'),
    (0, service_1.Public)(),
    (0, common_1.Controller)(),
    __metadata("design:paramtypes", [services_js_1.Services,
        service_1.ServiceTokenSigner])
], PublicController);
/**
 * Only texts of ours go into a page.
 * @param all where all problems are listed, seen from the page: a proxy may have put something before its address
 */
function page(title, body, all) {
    return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title} · Turnpike</title><style>${STYLE}</style>
<h1>${title}</h1>${body}<p><a href="${all}">All problems</a></p></html>`;
}
//# sourceMappingURL=public.controller.js.map