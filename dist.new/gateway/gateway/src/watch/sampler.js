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
var Sampler_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.Sampler = void 0;
const common_1 = require("@nestjs/common");
const samples_js_1 = require("../ledger/samples.js");
/**
 * Has samples of the ledger taken, in every process: one that stands still must not stop the charts, and by the queue
 * they would end just when operators look.
 */
let Sampler = Sampler_1 = class Sampler {
    constructor(samples) {
        this.samples = samples;
        this.logger = new common_1.Logger(Sampler_1.name);
        this.timer = null;
    }
    onApplicationBootstrap() {
        this.timer = setInterval(() => void this.sample(), samples_js_1.SAMPLE_SECONDS * 1000);
    }
    beforeApplicationShutdown() {
        if (this.timer)
            clearInterval(this.timer);
    }
    sample() {
        return this.samples
            .take()
            .catch((error) => this.logger.debug(`No sample: ${error.message}`));
    }
};
exports.Sampler = Sampler;
exports.Sampler = Sampler = Sampler_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [samples_js_1.Samples])
], Sampler);
//# sourceMappingURL=sampler.js.map