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
exports.Webhooks = void 0;
exports.noteSuccess = noteSuccess;
exports.noteFailure = noteFailure;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const audit_js_1 = require("./audit.js");
const cipher_js_1 = require("./cipher.js");
const keys_js_1 = require("./keys.js");
const positions_js_1 = require("./positions.js");
const root_key_js_1 = require("./root-key.js");
/*
 * Who is told of what, and with which secrets it is signed. Every change is in the audit trail from the same commit on.
 */
/** Hours in which a secret that was replaced still signs, so that receivers can change theirs in peace. */
const PREVIOUS_SIGNS_HOURS = 24;
/** Days without a single success after which a webhook is disabled: more than a long weekend. */
const FAILING_DAYS = 5;
/** `w` is the webhook. */
const VIEW = `w.id, w.url, w.description, w.events, w.enabled, w.disabled_because as "disabledBecause",
  w.failing_since as "failingSince", w.created_at as "createdAt", w.updated_at as "updatedAt",
  case when w.previous_signs_until > now() then w.previous_signs_until end as "previousSecretUntil"`;
let Webhooks = class Webhooks {
    constructor(database, root) {
        this.database = database;
        this.root = root;
    }
    /** Newest first. */
    page(query) {
        return (0, service_1.pageOf)(query, {
            read: (cursor, count) => this.database.query(`select ${VIEW} from webhooks w where $1::uuid is null or id < $1 order by id desc limit $2`, [(0, positions_js_1.positionIn)(cursor, [positions_js_1.ID])?.[0] ?? null, count]),
            open: (rows) => rows.map(viewOf),
            cursorOf: ({ id }) => (0, contracts_1.encodeCursor)([id]),
        });
    }
    async find(id) {
        return find(this.database, id);
    }
    async count() {
        const [row] = await this.database.query('select count(*)::integer as count from webhooks');
        return row.count;
    }
    /** Makes a webhook, once for each key; asked for again it has the same secret. */
    create(id, { url, description, events }, secret, { clientKey, ...by }) {
        return this.once(id, { clientKey, ...by }, async (tx) => {
            await tx.query('insert into webhooks (id, url, description, events, secret) values ($1, $2, $3, $4, $5)', [...[id, url, description, events], this.sealed(id, secret)]);
            await tell(tx, 'webhook.create', by, null, await find(tx, id));
        });
    }
    /** One that is enabled again forgets that it failed. @returns null where there is none */
    async change(id, wanted, by) {
        return this.database.statements((tx) => changed(tx, id, { ...by, action: 'webhook.change' }, async ({ enabled: wasEnabled, ...before }) => {
            const { url, description, events, enabled } = { ...before, enabled: wasEnabled, ...wanted };
            await tx.query(`update webhooks set url = $2, description = $3, events = $4, enabled = $5, updated_at = now(),
             disabled_because = case when $5 then null else coalesce(disabled_because, 'operator') end,
             failing_since = case when $5 and not enabled then null else failing_since end
           where id = $1`, [id, url, description, events, enabled]);
        }));
    }
    /**
     * The new secret signs from now on, beside the one before it. Once for each key: a second rotation because the first
     * answer was lost would leave receivers with a secret that signs nothing any more.
     */
    rotate(id, secret, { clientKey, ...by }) {
        return this.once(id, { clientKey, ...by }, async (tx) => {
            await changed(tx, id, { ...by, action: 'webhook.rotate-secret' }, async () => {
                await tx.query(`update webhooks set previous_secret = secret, secret = $2, updated_at = now(),
             previous_signs_until = now() + $3 * interval '1 hour'
           where id = $1`, [id, this.sealed(id, secret), PREVIOUS_SIGNS_HOURS]);
            });
        });
    }
    /** What was recorded for it is forgotten bit by bit. @returns whether there was one */
    async remove(id, by) {
        return this.database.statements(async (tx) => {
            const before = await find(tx, id, 'for update');
            if (!before)
                return false;
            await tx.query('delete from webhooks where id = $1', [id]);
            await tell(tx, 'webhook.delete', by, before, null);
            return true;
        });
    }
    /** Tells the trail of what changes no setting. */
    async tell(action, id, by, more = {}) {
        await (0, audit_js_1.appendSetting)(this.database, { ...by, action, before: null, after: { webhookId: id, ...more } });
    }
    /** Whether secrets can be read yet. */
    get canSign() {
        return this.root.isOpen;
    }
    /** @returns the secrets that sign, the newest first, from the columns of the webhook of that id */
    secretsIn(id, sealed) {
        const key = this.root.for('webhookSecrets');
        return sealed.map((one) => (0, cipher_js_1.decrypt)(key, one, contextOf(id)).toString());
    }
    sealed(id, secret) {
        return (0, cipher_js_1.encrypt)(this.root.for('webhookSecrets'), Buffer.from(secret), contextOf(id));
    }
    once(id, { clientKey, actorId }, make) {
        return this.database.statements((tx) => (0, keys_js_1.makeOnce)(tx, clientKey, {
            ...{ id, actorId, find: (known) => this.findWithSecret(tx, known) },
            make: async () => {
                await make(tx);
                return this.findWithSecret(tx, id);
            },
        }));
    }
    async findWithSecret(tx, id) {
        const webhook = await find(tx, id);
        if (!webhook)
            return null;
        const [row] = await tx.query('select secret from webhooks where id = $1', [id]);
        return { ...webhook, secret: this.secretsIn(id, [row.secret])[0] };
    }
};
exports.Webhooks = Webhooks;
exports.Webhooks = Webhooks = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database,
        root_key_js_1.RootKey])
], Webhooks);
/** Changes a webhook under its lock, and tells the trail. @returns null where there is none */
async function changed(tx, id, { action, ...by }, change) {
    const before = await find(tx, id, 'for update');
    if (!before)
        return null;
    await change(before);
    const after = (await find(tx, id));
    await tell(tx, action, by, before, after);
    return after;
}
/** Notes that something was accepted. */
async function noteSuccess(tx, id) {
    await tx.query('update webhooks set failing_since = null where id = $1 and failing_since is not null', [
        id,
    ]);
}
/**
 * Notes that something was not accepted, and disables a webhook whose receiver is gone, or has failed for days.
 * @returns whether it did
 */
async function noteFailure(tx, id, isGone) {
    const rows = await tx.query(`update webhooks
     set failing_since = coalesce(failing_since, now()), enabled = over.because is null, disabled_because = over.because
     from (select case when $2 then 'gone'
         when failing_since < now() - $3 * interval '1 day' then 'failing' end as because
       from webhooks where id = $1) over
     where id = $1 and enabled and (failing_since is null or over.because is not null)
     returning over.because`, [id, isGone, FAILING_DAYS]);
    const because = rows[0]?.because ?? null;
    if (because === null)
        return false;
    await (0, audit_js_1.appendSetting)(tx, {
        ...{ actorId: null, action: 'webhook.disable', reason: null },
        ...{ before: null, after: { webhookId: id, disabledBecause: because } },
    });
    return true;
}
async function find(ledger, id, lock = '') {
    const [row] = await ledger.query(`select ${VIEW} from webhooks w where w.id = $1 ${lock}`, [
        id,
    ]);
    return row ? viewOf(row) : null;
}
function tell(tx, action, by, before, after) {
    return (0, audit_js_1.appendSetting)(tx, { ...by, action, before: settingsOf(before), after: settingsOf(after) });
}
function settingsOf(webhook) {
    if (!webhook)
        return null;
    const { id, url, description, events, enabled } = webhook;
    return { webhookId: id, url, description, events, enabled };
}
function viewOf({ failingSince, previousSecretUntil, createdAt, updatedAt, ...row }) {
    return {
        ...row,
        failingSince: failingSince?.toISOString() ?? null,
        previousSecretUntil: previousSecretUntil?.toISOString() ?? null,
        createdAt: createdAt.toISOString(),
        updatedAt: updatedAt.toISOString(),
    };
}
function contextOf(id) {
    return `secret of webhook ${id}`;
}
//# sourceMappingURL=webhooks.js.map