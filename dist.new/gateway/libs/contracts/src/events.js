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
exports.FOLLOWED_EVENTS = exports.AcknowledgeEvents = exports.DomainEvents = exports.EVENT_TYPE_PREFIX = exports.DomainEventData = exports.DomainEvent = exports.EVENTS_PER_PAGE = exports.EVENTS_PATH = void 0;
const openapi = require("@nestjs/swagger");
const class_validator_1 = require("class-validator");
/** `GET /internal/events` of a service: what it has not been acknowledged yet, oldest first. */
exports.EVENTS_PATH = '/internal/events';
/** The most events of one answer. */
exports.EVENTS_PER_PAGE = 200;
/**
 * Something that happened in a service, as CloudEvents 1.0 in JSON. It carries no value of a row: who wants to
 * know more reads the source. A service gives each event at least once, those of one user in their order.
 */
class DomainEvent {
    static _OPENAPI_METADATA_FACTORY() {
        return { specversion: { required: true, enum: ["1.0"] }, id: { required: true, type: () => String }, source: { required: true, type: () => String, description: "`/identity`" }, type: { required: true, type: () => String, description: "`turnpike.user.deleted`" }, subject: { required: true, type: () => String, description: "Whose lane it belongs to." }, time: { required: true, type: () => String }, datacontenttype: { required: true, enum: ["application/json"] }, data: { required: true, type: () => require("./events").DomainEventData } };
    }
}
exports.DomainEvent = DomainEvent;
class DomainEventData {
    static _OPENAPI_METADATA_FACTORY() {
        return { operationId: { required: true, type: () => String, nullable: true, description: "The operation whose step it was; null for a change that began in the service itself." } };
    }
}
exports.DomainEventData = DomainEventData;
exports.EVENT_TYPE_PREFIX = 'turnpike.';
class DomainEvents {
    static _OPENAPI_METADATA_FACTORY() {
        return { items: { required: true, type: () => [require("./events").DomainEvent] } };
    }
}
exports.DomainEvents = DomainEvents;
/** `POST /internal/events/acknowledge`: the gateway has them, the service may forget them. */
class AcknowledgeEvents {
    static _OPENAPI_METADATA_FACTORY() {
        return { ids: { required: true, type: () => [String], format: "uuid" } };
    }
}
exports.AcknowledgeEvents = AcknowledgeEvents;
__decorate([
    (0, class_validator_1.IsArray)(),
    (0, class_validator_1.ArrayMaxSize)(exports.EVENTS_PER_PAGE),
    (0, class_validator_1.IsUUID)(undefined, { each: true }),
    __metadata("design:type", Array)
], AcknowledgeEvents.prototype, "ids", void 0);
/** The changes that a service begins by itself and that the other services have to follow. */
exports.FOLLOWED_EVENTS = {
    'turnpike.user.deleted': 'event.user-deleted',
    'turnpike.user.updated': 'event.user-updated',
};
//# sourceMappingURL=events.js.map