"use strict";
var __createBinding = (this && this.__createBinding) || (Object.create ? (function(o, m, k, k2) {
    if (k2 === undefined) k2 = k;
    var desc = Object.getOwnPropertyDescriptor(m, k);
    if (!desc || ("get" in desc ? !m.__esModule : desc.writable || desc.configurable)) {
      desc = { enumerable: true, get: function() { return m[k]; } };
    }
    Object.defineProperty(o, k2, desc);
}) : (function(o, m, k, k2) {
    if (k2 === undefined) k2 = k;
    o[k2] = m[k];
}));
var __exportStar = (this && this.__exportStar) || function(m, exports) {
    for (var p in m) if (p !== "default" && !Object.prototype.hasOwnProperty.call(exports, p)) __createBinding(exports, m, p);
};
Object.defineProperty(exports, "__esModule", { value: true });
__exportStar(require("./headers.js"), exports);
__exportStar(require("./problems.js"), exports);
__exportStar(require("./validation.js"), exports);
__exportStar(require("./kinds.js"), exports);
__exportStar(require("./operations.js"), exports);
__exportStar(require("./lanes.js"), exports);
__exportStar(require("./marks.js"), exports);
__exportStar(require("./users.js"), exports);
__exportStar(require("./customers.js"), exports);
__exportStar(require("./ops.js"), exports);
__exportStar(require("./orders.js"), exports);
__exportStar(require("./sessions.js"), exports);
__exportStar(require("./billing.js"), exports);
__exportStar(require("./relations.js"), exports);
__exportStar(require("./steps.js"), exports);
__exportStar(require("./events.js"), exports);
__exportStar(require("./integrity.js"), exports);
__exportStar(require("./pages.js"), exports);
__exportStar(require("./audit.js"), exports);
__exportStar(require("./sensitive.js"), exports);
__exportStar(require("./me.js"), exports);
__exportStar(require("./bulk.js"), exports);
__exportStar(require("./webhooks.js"), exports);
//# sourceMappingURL=index.js.map