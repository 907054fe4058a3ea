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
Object.defineProperty(exports, "__esModule", { value: true });
exports.CookieSessions = void 0;
const node_crypto_1 = require("node:crypto");
const common_1 = require("@nestjs/common");
const service_1 = require("../../../libs/service/src/index.js");
const config_js_1 = require("../config.js");
const cipher_js_1 = require("../ledger/cipher.js");
const root_key_js_1 = require("../ledger/root-key.js");
const services_js_1 = require("../run/services.js");
/*
 * Sessions of the dashboard: a browser has a cookie that scripts cannot read, and the access and refresh token that
 * it stands for stay here, sealed. Whoever reads the table has neither a cookie, of which it keeps the hash, nor a
 * token. A cookie is sent by itself, so whatever is not a plain read also needs a header that only the page can send.
 */
/**
 * `__Host-`: for this host alone, and never set by a neighbour or over a connection that is not trustworthy. It demands
 * the path `/`; below a path that a proxy adds, the cookie is for that path and not for what else the host serves.
 */
const NAME = { ofHost: '__Host-turnpike-ops', ofPath: '__Secure-turnpike-ops' };
/** How browsers know the cookie of this installation. */
class Cookie {
    /** @param before the path that a proxy adds, or nothing */
    constructor(before) {
        this.name = before === '' ? NAME.ofHost : NAME.ofPath;
        this.path = before === '' ? '/' : before;
        this.form = new RegExp(`(?:^|;\\s*)${this.name}=([\\w-]{43})(?:;|$)`);
    }
    idIn({ headers }) {
        return this.form.exec(headers.cookie ?? '')?.[1] ?? null;
    }
    set(id, maxAgeSeconds) {
        return `${this.name}=${id}; Path=${this.path}; Max-Age=${maxAgeSeconds}; HttpOnly; Secure; SameSite=Strict`;
    }
}
const CSRF_HEADER = 'x-csrf-token';
const SAFE_METHODS = ['GET', 'HEAD'];
const LIFETIME_SECONDS = 12 * 3600;
const IDLE = '30 minutes';
/** Seconds before its expiry from which on an access token is no longer used: longer than any request takes. */
const RENEW_BEFORE_SECONDS = 60;
/** Milliseconds for identity to answer: shorter than the others wait for the row, and than a transaction may idle. */
const RENEW_WITHIN_MS = 3000;
const ALIVE = `id = $1 and expires_at > now() and last_used_at > now() - interval '${IDLE}'`;
const ROW = 'tokens, renew_at > now() as "isFresh"';
let CookieSessions = class CookieSessions {
    constructor(database, services, root, config) {
        this.database = database;
        this.services = services;
        this.root = root;
        this.cookie = new Cookie((0, config_js_1.publicPath)(config));
    }
    /** Keeps a session of identity's. @returns the header that gives the browser its cookie, and what its page needs */
    async begin(session) {
        const id = (0, node_crypto_1.randomBytes)(32).toString('base64url');
        const hash = hashOf(id);
        // Whoever signs in clears up behind the others, so that no job has to.
        await this.database.query('delete from ops_sessions where expires_at < now()');
        const rows = await this.database.query(`insert into ops_sessions (id, user_id, tokens, renew_at, expires_at)
       values ($1, $2, $3, now() + make_interval(secs => $4), now() + make_interval(secs => $5))
       returning expires_at as "expiresAt"`, [hash, session.userId, this.seal(session, hash), renewAfter(session), LIFETIME_SECONDS]);
        return {
            setCookie: this.cookie.set(id, LIFETIME_SECONDS),
            view: { userId: session.userId, csrfToken: this.csrfTokenOf(id), expiresAt: iso(rows[0].expiresAt) },
        };
    }
    /**
     * @returns the access token of the request's session, or null where it has no cookie of ours
     * @throws Problem 401 where the session is over, 403 where the request may be another site's
     */
    async accessTokenOf(request) {
        const id = this.cookie.idIn(request);
        if (!id)
            return null;
        this.assertOwnPage(request, id);
        const hash = hashOf(id);
        const rows = await this.database.query(`update ops_sessions set last_used_at = now() where ${ALIVE} returning ${ROW}`, [hash]);
        if (!rows[0])
            throw hasEnded();
        const tokens = rows[0].isFresh ? this.unseal(rows[0].tokens, hash) : await this.renew(hash);
        if (!tokens)
            throw hasEnded();
        return tokens.accessToken;
    }
    /** @throws Problem 401 where the request has no session of ours */
    async view(request) {
        const id = this.cookie.idIn(request);
        const rows = id
            ? await this.database.query(`select user_id as "userId", expires_at as "expiresAt" from ops_sessions where ${ALIVE}`, [hashOf(id)])
            : [];
        if (!id || !rows[0])
            throw hasEnded();
        return { userId: rows[0].userId, csrfToken: this.csrfTokenOf(id), expiresAt: iso(rows[0].expiresAt) };
    }
    /** Forgets the request's session. @returns the header that takes the cookie away */
    async end(request) {
        const id = this.cookie.idIn(request);
        if (id)
            await this.database.query('delete from ops_sessions where id = $1', [hashOf(id)]);
        return this.cookie.set('', 0);
    }
    /**
     * New tokens for old. Under the row's lock, because a refresh token is spent once: a second use, by another tab or
     * process, would end the session; who comes second finds the new ones.
     * @returns null where identity has ended the session
     */
    renew(hash) {
        return this.database.statements(async (tx) => {
            const rows = await tx.query(`select ${ROW} from ops_sessions where ${ALIVE} for update`, [
                hash,
            ]);
            if (!rows[0])
                return null;
            const tokens = this.unseal(rows[0].tokens, hash);
            if (rows[0].isFresh)
                return tokens;
            const session = await this.refreshed(tokens);
            await (session ? this.keep(tx, hash, session) : forget(tx, hash));
            return session;
        });
    }
    async refreshed({ refreshToken }) {
        const call = {
            method: 'POST',
            path: '/internal/sessions/refresh',
            body: { refreshToken },
            timeoutMs: RENEW_WITHIN_MS,
        };
        return this.services.ask('identity', call).catch((error) => {
            if (error instanceof service_1.Problem && error.code === 'unauthenticated')
                return null;
            throw error;
        });
    }
    async keep(tx, hash, session) {
        await tx.query('update ops_sessions set tokens = $2, renew_at = now() + make_interval(secs => $3) where id = $1', [hash, this.seal(session, hash), renewAfter(session)]);
    }
    assertOwnPage({ method, headers }, id) {
        if (SAFE_METHODS.includes(method))
            return;
        const given = Buffer.from(String(headers[CSRF_HEADER] ?? ''));
        const expected = Buffer.from(this.csrfTokenOf(id));
        if (given.length !== expected.length || !(0, node_crypto_1.timingSafeEqual)(given, expected)) {
            throw new service_1.Problem('forbidden', 'With a cookie, `X-CSRF-Token` is needed: read it at `/ops/session`.');
        }
    }
    /** Made of the session's secret and not stored: every tab of the session has the same one. */
    csrfTokenOf(id) {
        return (0, node_crypto_1.createHmac)('sha256', this.root.for('csrfTokens')).update(id).digest('base64url');
    }
    /** The session's hash is part of the context: a row's tokens are of no use in another row. */
    seal({ accessToken, refreshToken }, hash) {
        const text = JSON.stringify({ accessToken, refreshToken });
        return (0, cipher_js_1.encrypt)(this.root.for('cookieSessions'), Buffer.from(text), contextOf(hash));
    }
    unseal(sealed, hash) {
        const text = (0, cipher_js_1.decrypt)(this.root.for('cookieSessions'), sealed, contextOf(hash));
        return JSON.parse(text.toString());
    }
};
exports.CookieSessions = CookieSessions;
exports.CookieSessions = CookieSessions = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database,
        services_js_1.Services,
        root_key_js_1.RootKey,
        config_js_1.GatewayConfig])
], CookieSessions);
function contextOf(hash) {
    return `session ${hash.toString('base64url')}`;
}
async function forget(tx, hash) {
    await tx.query('delete from ops_sessions where id = $1', [hash]);
}
function hashOf(id) {
    return (0, node_crypto_1.createHash)('sha256').update(id).digest();
}
function renewAfter({ expiresIn }) {
    return expiresIn - RENEW_BEFORE_SECONDS;
}
function iso(time) {
    return time.toISOString();
}
function hasEnded() {
    return new service_1.Problem('unauthenticated', 'The session has ended.');
}
//# sourceMappingURL=cookie-sessions.js.map