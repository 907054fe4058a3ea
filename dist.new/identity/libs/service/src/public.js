"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.PUBLIC = void 0;
exports.Public = Public;
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
/** Key of the metadata of a route that anybody may call, for a process whose other routes are guarded. */
exports.PUBLIC = 'turnpike:public';
/** The route does without an access token. */
function Public() {
    return (0, common_1.applyDecorators)((0, common_1.SetMetadata)(exports.PUBLIC, true), (0, swagger_1.ApiSecurity)({}));
}
//# sourceMappingURL=public.js.map