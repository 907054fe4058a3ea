"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var Breakers_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.Breakers = void 0;
exports.isBroken = isBroken;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const cockatiel_1 = require("cockatiel");
/** A breaker opens when half of the last calls failed; of fewer than that many nothing is concluded. */
const LAST_CALLS = 40;
const MIN_CALLS = 20;
const FAILED_SHARE = 0.5;
/**
 * Milliseconds until an open breaker lets one call try. Pauses that grow, to 5 s, kept a service away that had long been
 * back; and who is refused meanwhile is told to come again after a second. One call a second hammers nobody.
 */
const TRY_AGAIN_MS = 1000;
/** Isolated is who was opened by hand, which nobody does here. */
const STATES = {
    [cockatiel_1.CircuitState.Closed]: 'closed',
    [cockatiel_1.CircuitState.Open]: 'open',
    [cockatiel_1.CircuitState.HalfOpen]: 'half-open',
    [cockatiel_1.CircuitState.Isolated]: 'open',
};
/**
 * One circuit breaker for each service, for everything that this process asks of it: a dead service is not
 * hammered. While one is open, steps of that service are answered as if it had not, so their operations wait
 * in retry, in order, and none fails for it.
 */
let Breakers = Breakers_1 = class Breakers {
    constructor() {
        this.logger = new common_1.Logger(Breakers_1.name);
        this.policies = new Map(contracts_1.SERVICES.map((service) => [service, this.breakerOf(service)]));
    }
    /** @throws BrokenCircuitError without calling when the breaker is open */
    call(service, send) {
        return this.policies.get(service).execute(send);
    }
    /** How this process has found the services that take part. */
    states() {
        return Object.fromEntries([...this.policies].map(([service, { state }]) => [service, STATES[state]]));
    }
    breakerOf(service) {
        const failures = cockatiel_1.handleAll.orWhenResult((answer) => answer.status >= 500);
        const policy = (0, cockatiel_1.circuitBreaker)(failures, {
            breaker: new cockatiel_1.CountBreaker({
                threshold: FAILED_SHARE,
                size: LAST_CALLS,
                minimumNumberOfCalls: MIN_CALLS,
            }),
            halfOpenAfter: new cockatiel_1.ConstantBackoff(TRY_AGAIN_MS),
        });
        policy.onBreak(() => this.logger.warn(`${service} fails: its calls are held back.`));
        policy.onReset(() => this.logger.log(`${service} answers again.`));
        return policy;
    }
};
exports.Breakers = Breakers;
exports.Breakers = Breakers = Breakers_1 = __decorate([
    (0, common_1.Injectable)()
], Breakers);
/** @returns whether the call was not made because the breaker is open */
function isBroken(error) {
    return error instanceof cockatiel_1.BrokenCircuitError;
}
//# sourceMappingURL=breakers.js.map