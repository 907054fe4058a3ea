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
var __importDefault = (this && this.__importDefault) || function (mod) {
    return (mod && mod.__esModule) ? mod : { "default": mod };
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.PageFiles = void 0;
const node_fs_1 = require("node:fs");
const node_path_1 = __importDefault(require("node:path"));
const node_zlib_1 = require("node:zlib");
const common_1 = require("@nestjs/common");
const service_1 = require("../../../libs/service/src/index.js");
const config_js_1 = require("../config.js");
/** Beside the build of the gateway, of which this file is a part: dist/gateway/gateway/src/dashboard. */
const FOLDER = node_path_1.default.resolve(__dirname, '../../../../dashboard');
const TYPES = {
    '.html': 'text/html; charset=utf-8',
    '.js': 'text/javascript; charset=utf-8',
    '.css': 'text/css; charset=utf-8',
    '.svg': 'image/svg+xml',
    '.txt': 'text/plain; charset=utf-8',
};
const INDEX = 'index.html';
/** The files of the dashboard's build, in memory: together they are smaller than one answer of a list may be. */
let PageFiles = class PageFiles {
    constructor(config) {
        const path = (0, config_js_1.publicPath)(config);
        this.files = new Map((0, node_fs_1.existsSync)(FOLDER) ? filesIn(FOLDER).map((name) => [name, read(name, path)]) : []);
    }
    /** @param name relative to the page's address */
    find(name) {
        return this.files.get(name);
    }
    /** @throws Problem 404 where there is no build */
    index() {
        const index = this.find(INDEX);
        if (!index)
            throw new service_1.Problem('not-found', 'The dashboard is not built: `npm run build`.');
        return index;
    }
};
exports.PageFiles = PageFiles;
exports.PageFiles = PageFiles = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [config_js_1.GatewayConfig])
], PageFiles);
function filesIn(folder) {
    return (0, node_fs_1.readdirSync)(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => node_path_1.default.relative(folder, node_path_1.default.join(parentPath, name)));
}
function read(name, before) {
    const built = (0, node_fs_1.readFileSync)(node_path_1.default.join(FOLDER, name));
    const content = name === INDEX ? located(built, before) : built;
    return {
        content,
        zipped: (0, node_zlib_1.gzipSync)(content),
        type: TYPES[node_path_1.default.extname(name)] ?? 'application/octet-stream',
        isHashed: name.startsWith(`assets${node_path_1.default.sep}`),
    };
}
/**
 * The page is shown at many depths, so what it loads has whole paths; and it has to know what a proxy puts before them.
 * The build leaves both open: one build serves every installation.
 */
function located(page, before) {
    const text = page.toString().replaceAll('="./', `="${before}/ops/`);
    return Buffer.from(text.replace('name="base" content=""', `name="base" content="${before}"`));
}
//# sourceMappingURL=page-files.js.map