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
exports.ClientPlaces = void 0;
exports.addressOf = addressOf;
const common_1 = require("@nestjs/common");
const throttler_1 = require("@nestjs/throttler");
const fingerprint_js_1 = require("./fingerprint.js");
/**
 * Where requests come from, as a pseudonym: addresses are personal data, and are stored nowhere. An IPv6 network of
 * 64 bits is one place, since whoever has one address of it has all; an IPv4 address is the same in IPv6's notation.
 */
let ClientPlaces = class ClientPlaces {
    constructor(fingerprints) {
        this.fingerprints = fingerprints;
    }
    of(request) {
        return this.fingerprints.hash(`place ${addressOf(request)}`);
    }
};
exports.ClientPlaces = ClientPlaces;
exports.ClientPlaces = ClientPlaces = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [fingerprint_js_1.Fingerprints])
], ClientPlaces);
/** @returns the address of a client as it is counted in memory; an IPv6 network of 64 bits is one */
function addressOf({ ip }) {
    return (0, throttler_1.normalizeIp)(ip);
}
//# sourceMappingURL=client-places.js.map