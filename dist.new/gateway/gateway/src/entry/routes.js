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
exports.RouteCheck = void 0;
exports.Allows = Allows;
exports.actionsOf = actionsOf;
exports.routesOf = routesOf;
const common_1 = require("@nestjs/common");
const constants_js_1 = require("@nestjs/common/constants.js");
const core_1 = require("@nestjs/core");
const swagger_1 = require("@nestjs/swagger");
const service_1 = require("../../../libs/service/src/index.js");
const authorise_js_1 = require("./authorise.js");
const ACTIONS = 'turnpike:actions';
/**
 * Names what a route does, as the table of authorisation has it.
 * @param first whether the caller comes in at all
 * @param others what the handler asks for beside it, where the request is about more
 */
function Allows(first, ...others) {
    const actions = [first, ...others];
    return (0, common_1.applyDecorators)((0, common_1.SetMetadata)(ACTIONS, actions), (0, swagger_1.ApiExtension)('x-allowed', Object.fromEntries(actions.map((action) => [action, authorise_js_1.ALLOWED[action]]))), (0, service_1.ApiProblems)(...actions.flatMap(refusalsOf)), ...(authorise_js_1.ALLOWED[first].includes('anyone') ? [(0, swagger_1.ApiSecurity)({})] : []));
}
/** What `authorise` answers to somebody who is signed in and may not. */
function refusalsOf(action) {
    const allowed = authorise_js_1.ALLOWED[action];
    const onlyOne = allowed.includes('owner') !== allowed.includes('admin');
    return [
        ...(allowed.includes('owner') ? ['not-found'] : []),
        ...(onlyOne ? ['forbidden'] : []),
    ];
}
/** @returns the actions that a route names, or `public`, or null for one that somebody has forgotten */
function actionsOf(handler, controller) {
    const reflector = new core_1.Reflector();
    const isPublic = reflector.getAllAndOverride(service_1.PUBLIC, [handler, controller]);
    return isPublic ? 'public' : (reflector.get(ACTIONS, handler) ?? null);
}
/** @returns the routes of a controller, from its decorators */
function routesOf(controller) {
    const prototype = controller.prototype;
    return new core_1.MetadataScanner().getAllMethodNames(prototype).flatMap((name) => {
        const handler = prototype[name];
        const method = Reflect.getMetadata(constants_js_1.METHOD_METADATA, handler);
        if (method === undefined)
            return [];
        const parts = [controller, handler].map((part) => Reflect.getMetadata(constants_js_1.PATH_METADATA, part));
        const path = parts.filter((part) => part !== '/').join('/');
        return [
            {
                name: `${controller.name}.${name}`,
                address: `${common_1.RequestMethod[method]} /${path}`,
                actions: actionsOf(handler, controller),
            },
        ];
    });
}
/** Stops the start of a process with a route of which nobody has said who may use it. */
let RouteCheck = class RouteCheck {
    constructor(discovery) {
        this.discovery = discovery;
    }
    onModuleInit() {
        const controllers = this.discovery.getControllers().map(({ metatype }) => metatype);
        const forgotten = controllers.flatMap(routesOf).filter(({ actions }) => actions === null);
        if (forgotten.length === 0)
            return;
        const names = forgotten.map(({ name }) => name).join(', ');
        throw new Error(`${names}: a route names its action by @Allows, or is @Public`);
    }
};
exports.RouteCheck = RouteCheck;
exports.RouteCheck = RouteCheck = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [core_1.DiscoveryService])
], RouteCheck);
//# sourceMappingURL=routes.js.map