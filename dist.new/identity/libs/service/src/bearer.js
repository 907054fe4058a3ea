"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.invalidToken = invalidToken;
exports.verifyToken = verifyToken;
exports.isCanonicalToken = isCanonicalToken;
exports.bearerTokenOf = bearerTokenOf;
const jose_1 = require("jose");
const problem_js_1 = require("./problem.js");
/** Seconds that a lifetime may be too long by: `iat` and `exp` may be rounded each. */
const ROUNDING_SECONDS = 1;
/** @returns the problem that answers every token that is not good, in the same words whatever is wrong with it */
function invalidToken(detail = 'The token is not valid or has expired.') {
    return new problem_js_1.Problem('unauthenticated', detail, {}, { 'www-authenticate': 'Bearer error="invalid_token"' });
}
/**
 * The one place where a token is judged.
 * @throws Problem 401 unless the token is good now; whatever `findKey` throws as a problem
 */
async function verifyToken(token, findKey, { issuer, audience, type, algorithm, lifetime, claims, clockToleranceMs, clock }) {
    try {
        const { payload, protectedHeader } = await (0, jose_1.jwtVerify)(token, findKey, {
            ...{ issuer, audience, typ: type, algorithms: [algorithm] },
            // Beside the age this refuses a token from the future, which jose lets pass otherwise.
            maxTokenAge: lifetime,
            clockTolerance: clockToleranceMs / 1000,
            requiredClaims: ['iat', 'exp', ...claims],
        });
        if (!isCanonicalToken(token))
            throw invalidToken();
        const { iat, exp, aud } = payload;
        // A token for several audiences could be used at one by another, and one without a key's name would fit any key.
        const isOurs = aud === audience && typeof protectedHeader.kid === 'string';
        if (!isOurs || exp - iat > lifetime + ROUNDING_SECONDS)
            throw invalidToken();
        return payload;
    }
    catch (error) {
        clock.refused(error);
        throw error instanceof problem_js_1.Problem ? error : invalidToken();
    }
}
/**
 * @returns whether a token that was verified is written as it was made: the last character of a signature has bits that
 *   nobody reads, and other spellings of its alphabet are read as well, so that many texts would be the same token
 */
function isCanonicalToken(token) {
    const signature = token.slice(token.lastIndexOf('.') + 1);
    return Buffer.from(signature, 'base64url').toString('base64url') === signature;
}
/**
 * The token in the header `Authorization: Bearer`.
 * @param hint says which token is missing
 * @throws Problem 401 without the header, with two of them, and for anything else in it
 */
function bearerTokenOf({ headers, raw }, hint) {
    if (headers.authorization === undefined)
        throw new problem_js_1.Problem('unauthenticated', hint);
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(headers.authorization)?.[1];
    // Node keeps the first of two; what stands before this process may have looked at the last.
    if (!token || countOf('authorization', raw.rawHeaders) > 1)
        throw invalidToken();
    return token;
}
function countOf(name, rawHeaders) {
    return rawHeaders.filter((item, index) => index % 2 === 0 && item.toLowerCase() === name).length;
}
//# sourceMappingURL=bearer.js.map