"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.AcceptsWrite = AcceptsWrite;
exports.AcceptsReadAfter = AcceptsReadAfter;
exports.AcceptsIfNoneMatch = AcceptsIfNoneMatch;
exports.TakesNoBody = TakesNoBody;
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const answers_js_1 = require("./answers.js");
const routes_js_1 = require("./routes.js");
const header = (description, required) => ({
    description,
    required,
    schema: { type: 'string' },
});
const ETAG = { ETag: header('The version, for `If-Match` and `If-None-Match`', true) };
const LOCATION = { Location: header('Where to read what it became', true) };
const TOKEN = {
    'Operation-Token': header('Lets whoever sends it back read the operation, for 15 minutes', true),
};
const WAITED = {
    'Preference-Applied': header('`wait=N`', true),
    'Operation-Id': header('The operation that did it', true),
};
/** What becomes known of any write at its turn, beside what its kind can be refused for. */
const LATE_PROBLEMS = ['not-found', 'version-conflict', 'deadline-exceeded'];
const ADMISSION_PROBLEMS = [
    'user-deleting',
    'user-deleted',
    'idempotency-key-reused',
    'lane-full',
];
/**
 * A route that accepts a write of that kind: who may, 202, the outcome, and the headers that every write understands.
 * @param result the resource as the write leaves it; null where none is left
 * @param refusals problems that this kind alone can end with
 */
function AcceptsWrite(kind, result, ...refusals) {
    const status = (0, answers_js_1.successStatusOf)(kind);
    return (0, common_1.applyDecorators)((0, routes_js_1.Allows)(kind), (0, common_1.HttpCode)(202), (0, swagger_1.ApiHeader)({ name: 'Idempotency-Key', required: false, description: '1 to 255 visible ASCII characters' }), (0, swagger_1.ApiHeader)({
        name: 'Prefer',
        required: false,
        description: '`wait=N`: answer with the outcome, in N ≤ 30 s',
    }), (0, swagger_1.ApiHeader)({
        name: 'If-Match',
        required: false,
        description: 'ETag of the resource, checked at its turn',
    }), (0, swagger_1.ApiAcceptedResponse)({
        type: contracts_1.OperationView,
        description: 'The write is durable and waits for its turn.',
        headers: { ...LOCATION, ...(kind === 'user.register' && TOKEN) },
    }), (0, swagger_1.ApiResponse)({
        status,
        ...(result && { type: result }),
        description: 'With `Prefer: wait`: the outcome that a synchronous interface would give.',
        headers: { ...WAITED, ...(status === 201 && LOCATION), ...(result && ETAG) },
    }), (0, service_1.ApiProblems)(...ADMISSION_PROBLEMS, ...LATE_PROBLEMS, ...refusals));
}
/** A route that reads: it may be told to come after a write. */
function AcceptsReadAfter() {
    return (0, common_1.applyDecorators)((0, swagger_1.ApiHeader)({
        name: 'Read-After',
        required: false,
        description: 'Id of a write, or `latest`: the answer waits until that write has ended; else it is 409',
    }), (0, swagger_1.ApiHeader)({ name: 'Prefer', required: false, description: '`wait=N`: how many seconds, 5 if left out' }), (0, service_1.ApiProblems)('operation-pending', 'not-found'));
}
/** A route that answers with one resource and its ETag. */
function AcceptsIfNoneMatch(resource) {
    return (0, common_1.applyDecorators)((0, swagger_1.ApiHeader)({ name: 'If-None-Match', required: false, description: 'ETags that need no answer: 304' }), (0, swagger_1.ApiOkResponse)({ type: resource, description: 'The resource.', headers: ETAG }), (0, swagger_1.ApiResponse)({ status: 304, description: 'The client has it already.', headers: ETAG }), (0, service_1.ApiProblems)('user-deleted'));
}
/** Whatever stands in the body of a route that has none is an unknown field. */
class NoBody {
    canActivate(context) {
        const { body } = context.switchToHttp().getRequest();
        const paths = Object.keys(body ?? {});
        if (paths.length === 0)
            return true;
        throw (0, service_1.invalidRequest)(paths.map((path) => ({ path, message: `property ${path} should not exist` })));
    }
}
/** A route that has no body. */
function TakesNoBody() {
    return (0, common_1.UseGuards)(NoBody);
}
//# sourceMappingURL=http.js.map