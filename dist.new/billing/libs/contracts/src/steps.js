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
exports.DeliverOrderStep = exports.ShipOrderStep = exports.CancelOrderStep = exports.PayOrderStep = exports.ChangeOrderStep = exports.PlaceOrderStep = exports.FollowUserStep = exports.PurgeUserStep = exports.ConfirmUserStep = exports.DeleteCustomerStep = exports.CustomerNameStep = exports.ChangePasswordStep = exports.RegisterStep = exports.PrepareCredential = exports.SettleStep = exports.STEPS_PATH = exports.STEPS = void 0;
exports.stepKey = stepKey;
exports.undoKey = undoKey;
exports.undoneKey = undoneKey;
exports.readStepKey = readStepKey;
const openapi = require("@nestjs/swagger");
const class_validator_1 = require("class-validator");
const orders_js_1 = require("./orders.js");
const validation_js_1 = require("./validation.js");
const users_js_1 = require("./users.js");
/**
 * The steps that operations are made of. Each is `POST /internal/steps/{name}` of its service, and its undo,
 * where it has one, `POST /internal/steps/{name}/undo`. A step that is not the last of some operation
 * needs an undo, unless no step of the operation can refuse.
 *
 * `refuses`: it may be refused for good, by something else than the tombstone. `event`: what the service
 * reports when it has been applied; an undo is reported as `{event}.undone`.
 */
exports.STEPS = {
    'identity.register': { service: 'identity', refuses: true, undo: true, event: 'user.registered' },
    'identity.update': { service: 'identity', refuses: true, undo: true, event: 'user.updated' },
    'identity.release-email': {
        service: 'identity',
        refuses: false,
        undo: false,
        event: 'user.email-released',
    },
    'identity.change-password': {
        ...{ service: 'identity', refuses: true, undo: false },
        event: 'user.password-changed',
    },
    'identity.set-roles': { service: 'identity', refuses: true, undo: false, event: 'user.roles-set' },
    'identity.set-claims': { service: 'identity', refuses: true, undo: false, event: 'user.claims-set' },
    'identity.delete': { service: 'identity', refuses: true, undo: false, event: 'user.deleted' },
    'identity.restore': { service: 'identity', refuses: true, undo: true, event: 'user.restored' },
    'identity.purge': { service: 'identity', refuses: true, undo: false, event: 'user.purged' },
    'identity.confirm': { service: 'identity', refuses: true, undo: true, event: null },
    'ordering.create-customer': { service: 'ordering', refuses: false, undo: true, event: 'customer.created' },
    'ordering.rename-customer': { service: 'ordering', refuses: false, undo: true, event: 'customer.renamed' },
    'ordering.update-customer': { service: 'ordering', refuses: true, undo: false, event: 'customer.updated' },
    'ordering.delete-customer': { service: 'ordering', refuses: true, undo: true, event: 'customer.deleted' },
    'ordering.restore-customer': {
        service: 'ordering',
        refuses: false,
        undo: true,
        event: 'customer.restored',
    },
    'ordering.purge-customer': { service: 'ordering', refuses: false, undo: false, event: 'customer.purged' },
    'ordering.follow-user': { service: 'ordering', refuses: false, undo: false, event: 'customer.followed' },
    'ordering.place': { service: 'ordering', refuses: true, undo: false, event: 'order.placed' },
    'ordering.change': { service: 'ordering', refuses: true, undo: false, event: 'order.changed' },
    'ordering.pay': { service: 'ordering', refuses: true, undo: false, event: 'order.paid' },
    'ordering.cancel': { service: 'ordering', refuses: true, undo: false, event: 'order.cancelled' },
    'ordering.ship': { service: 'ordering', refuses: true, undo: false, event: 'order.shipped' },
    'ordering.deliver': { service: 'ordering', refuses: true, undo: false, event: 'order.delivered' },
    'billing.issue-invoice': { service: 'billing', refuses: true, undo: false, event: 'invoice.issued' },
    'billing.void-invoice': { service: 'billing', refuses: true, undo: false, event: 'invoice.voided' },
    'billing.purge-user': { service: 'billing', refuses: false, undo: false, event: 'invoices.purged' },
    'billing.follow-user': { service: 'billing', refuses: false, undo: false, event: 'invoices.followed' },
};
/** Where steps live under a service's address. */
exports.STEPS_PATH = '/internal/steps';
/**
 * @param generation the how manieth key of that step it is; an operator's retry gives a step that was closed a new one,
 *   because a service answers the old one for ever as it did first
 * @returns the key under which a service remembers its answer to that step of that operation
 */
function stepKey(operationId, step, generation = 1) {
    return `${operationId}/${step}${suffixOf(generation)}`;
}
/** @returns the key of the step's undo, of that generation in its turn. */
function undoKey(key, generation = 1) {
    return `${key}/undo${suffixOf(generation)}`;
}
/** The first key of a step has the form that it always had. */
function suffixOf(generation) {
    return generation === 1 ? '' : `~${generation}`;
}
/** @returns the key of the step that the undo with that key takes back. */
function undoneKey(key) {
    return key.replace(/\/undo(~\d+)?$/, '');
}
/** `{operationId}/{step}`, or that with `/undo`; an operator's retry adds `~2` and so on to either. */
const STEP_KEY = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/([a-z.-]{1,100})(?:~\d{1,6})?(\/undo(?:~\d{1,6})?)?$/;
/** @returns what that key says, or null where it is none of a step that is declared */
function readStepKey(key) {
    const [, operationId, step, undo] = STEP_KEY.exec(key) ?? [];
    if (operationId === undefined || !Object.hasOwn(exports.STEPS, step ?? ''))
        return null;
    return { operationId, step: step, isUndo: undo !== undefined };
}
/** `POST /internal/steps/settle`: the first answer of that key, or seals it for ever. */
class SettleStep {
    static _OPENAPI_METADATA_FACTORY() {
        return { key: { required: true, type: () => String, maxLength: 200, pattern: "^[0-9a-f-]{36}\\/[a-z.-]+(~\\d{1,6})?(\\/undo(~\\d{1,6})?)?$" }, fence: { required: true, type: () => String, pattern: "^\\d{1,9}\\.\\d{1,9}$" } };
    }
}
exports.SettleStep = SettleStep;
__decorate([
    (0, class_validator_1.MaxLength)(200),
    (0, class_validator_1.Matches)(/^[0-9a-f-]{36}\/[a-z.-]+(~\d{1,6})?(\/undo(~\d{1,6})?)?$/),
    __metadata("design:type", String)
], SettleStep.prototype, "key", void 0);
__decorate([
    (0, class_validator_1.Matches)(/^\d{1,9}\.\d{1,9}$/),
    __metadata("design:type", String)
], SettleStep.prototype, "fence", void 0);
/** `POST /internal/credentials`: turns a password into a credential, so that no ledger ever holds it. */
class PrepareCredential {
    static _OPENAPI_METADATA_FACTORY() {
        return { password: { required: true, type: () => String, maxLength: 1000 }, userId: { required: false, type: () => String, description: "With currentPassword, for a change: whose.", format: "uuid" }, currentPassword: { required: false, type: () => String, maxLength: 1000 } };
    }
}
exports.PrepareCredential = PrepareCredential;
__decorate([
    (0, class_validator_1.MaxLength)(1000),
    __metadata("design:type", String)
], PrepareCredential.prototype, "password", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsUUID)(),
    __metadata("design:type", String)
], PrepareCredential.prototype, "userId", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.MaxLength)(1000),
    __metadata("design:type", String)
], PrepareCredential.prototype, "currentPassword", void 0);
class RegisterStep {
    static _OPENAPI_METADATA_FACTORY() {
        return { email: { required: true, type: () => String }, firstName: { required: true, type: () => String }, lastName: { required: true, type: () => String }, credentialId: { required: true, type: () => String, format: "uuid" }, roles: { required: true, type: () => [Object], enum: ["operator", "operator.act", "operator.reveal", "admin"], isArray: true, enum: users_js_1.ROLES, isArray: true, uniqueItems: true } };
    }
}
exports.RegisterStep = RegisterStep;
__decorate([
    (0, validation_js_1.Email)(),
    __metadata("design:type", String)
], RegisterStep.prototype, "email", void 0);
__decorate([
    (0, validation_js_1.Text)(),
    __metadata("design:type", String)
], RegisterStep.prototype, "firstName", void 0);
__decorate([
    (0, validation_js_1.Text)(),
    __metadata("design:type", String)
], RegisterStep.prototype, "lastName", void 0);
__decorate([
    (0, class_validator_1.IsUUID)(),
    __metadata("design:type", String)
], RegisterStep.prototype, "credentialId", void 0);
__decorate([
    (0, class_validator_1.IsArray)(),
    (0, class_validator_1.ArrayUnique)(),
    (0, class_validator_1.ArrayMaxSize)(users_js_1.ROLES.length),
    (0, class_validator_1.IsIn)(users_js_1.ROLES, { each: true }),
    __metadata("design:type", Array)
], RegisterStep.prototype, "roles", void 0);
class ChangePasswordStep {
    static _OPENAPI_METADATA_FACTORY() {
        return { credentialId: { required: true, type: () => String, format: "uuid" }, replaces: { required: true, type: () => String, description: "The change holds only while this is still the user's credential.", format: "uuid" }, keepSession: { required: false, type: () => String, description: "The session that asked for it and goes on; every other one ends.", format: "uuid" } };
    }
}
exports.ChangePasswordStep = ChangePasswordStep;
__decorate([
    (0, class_validator_1.IsUUID)(),
    __metadata("design:type", String)
], ChangePasswordStep.prototype, "credentialId", void 0);
__decorate([
    (0, class_validator_1.IsUUID)(),
    __metadata("design:type", String)
], ChangePasswordStep.prototype, "replaces", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsUUID)(),
    __metadata("design:type", String)
], ChangePasswordStep.prototype, "keepSession", void 0);
class CustomerNameStep {
    static _OPENAPI_METADATA_FACTORY() {
        return { name: { required: true, type: () => String, description: "First and last name, which together may have 401 characters." } };
    }
}
exports.CustomerNameStep = CustomerNameStep;
__decorate([
    (0, validation_js_1.Text)(401),
    __metadata("design:type", String)
], CustomerNameStep.prototype, "name", void 0);
class DeleteCustomerStep {
    static _OPENAPI_METADATA_FACTORY() {
        return { paidOrders: { required: true, description: "What becomes of paid orders: they forbid the deletion, or are cancelled.", enum: ["cancel", "restrict"], enum: ['restrict', 'cancel'] } };
    }
}
exports.DeleteCustomerStep = DeleteCustomerStep;
__decorate([
    (0, class_validator_1.IsIn)(['restrict', 'cancel']),
    __metadata("design:type", String)
], DeleteCustomerStep.prototype, "paidOrders", void 0);
/** What the register says of the user; left out where it says nothing, and identity's word counts. */
class ConfirmUserStep {
    static _OPENAPI_METADATA_FACTORY() {
        return { register: { required: false, enum: ["active", "deleted", "purged"], enum: users_js_1.REGISTERED_STATES }, deletedAt: { required: false, type: () => String, description: "Of a deleted user: when that was." } };
    }
}
exports.ConfirmUserStep = ConfirmUserStep;
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsIn)(users_js_1.REGISTERED_STATES),
    __metadata("design:type", String)
], ConfirmUserStep.prototype, "register", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, validation_js_1.Time)(),
    __metadata("design:type", String)
], ConfirmUserStep.prototype, "deletedAt", void 0);
/** The register's word goes with a purge: the user is purged, in whatever state the row came back. */
class PurgeUserStep {
    static _OPENAPI_METADATA_FACTORY() {
        return { register: { required: false, enum: ["purged"], enum: ['purged'] } };
    }
}
exports.PurgeUserStep = PurgeUserStep;
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsIn)(['purged']),
    __metadata("design:type", String)
], PurgeUserStep.prototype, "register", void 0);
/** What a copy holds of the user, and in which state the user is, for a service to agree with. */
class FollowUserStep {
    static _OPENAPI_METADATA_FACTORY() {
        return { state: { required: true, enum: ["active", "deleted", "absent"], enum: users_js_1.CONFIRMED_STATES }, name: { required: false, type: () => String, description: "First and last name; left out where there is no user." } };
    }
}
exports.FollowUserStep = FollowUserStep;
__decorate([
    (0, class_validator_1.IsIn)(users_js_1.CONFIRMED_STATES),
    __metadata("design:type", String)
], FollowUserStep.prototype, "state", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, validation_js_1.Text)(401),
    __metadata("design:type", String)
], FollowUserStep.prototype, "name", void 0);
class PlaceOrderStep extends orders_js_1.PlaceOrder {
    static _OPENAPI_METADATA_FACTORY() {
        return { orderId: { required: true, type: () => String, format: "uuid" } };
    }
}
exports.PlaceOrderStep = PlaceOrderStep;
__decorate([
    (0, class_validator_1.IsUUID)(),
    __metadata("design:type", String)
], PlaceOrderStep.prototype, "orderId", void 0);
class ChangeOrderStep extends orders_js_1.ChangeOrder {
    static _OPENAPI_METADATA_FACTORY() {
        return { orderId: { required: true, type: () => String, format: "uuid" } };
    }
}
exports.ChangeOrderStep = ChangeOrderStep;
__decorate([
    (0, class_validator_1.IsUUID)(),
    __metadata("design:type", String)
], ChangeOrderStep.prototype, "orderId", void 0);
class PayOrderStep extends orders_js_1.PayOrder {
    static _OPENAPI_METADATA_FACTORY() {
        return { orderId: { required: true, type: () => String, format: "uuid" } };
    }
}
exports.PayOrderStep = PayOrderStep;
__decorate([
    (0, class_validator_1.IsUUID)(),
    __metadata("design:type", String)
], PayOrderStep.prototype, "orderId", void 0);
class CancelOrderStep extends orders_js_1.CancelOrder {
    static _OPENAPI_METADATA_FACTORY() {
        return { orderId: { required: true, type: () => String, format: "uuid" } };
    }
}
exports.CancelOrderStep = CancelOrderStep;
__decorate([
    (0, class_validator_1.IsUUID)(),
    __metadata("design:type", String)
], CancelOrderStep.prototype, "orderId", void 0);
class ShipOrderStep extends orders_js_1.ShipOrder {
    static _OPENAPI_METADATA_FACTORY() {
        return { orderId: { required: true, type: () => String, format: "uuid" } };
    }
}
exports.ShipOrderStep = ShipOrderStep;
__decorate([
    (0, class_validator_1.IsUUID)(),
    __metadata("design:type", String)
], ShipOrderStep.prototype, "orderId", void 0);
class DeliverOrderStep {
    static _OPENAPI_METADATA_FACTORY() {
        return { orderId: { required: true, type: () => String, format: "uuid" } };
    }
}
exports.DeliverOrderStep = DeliverOrderStep;
__decorate([
    (0, class_validator_1.IsUUID)(),
    __metadata("design:type", String)
], DeliverOrderStep.prototype, "orderId", void 0);
//# sourceMappingURL=steps.js.map