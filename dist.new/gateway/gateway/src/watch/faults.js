"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.goneBy = goneBy;
exports.sourcesOf = sourcesOf;
exports.relationsOf = relationsOf;
exports.faultsOf = faultsOf;
exports.isBack = isBack;
exports.rowsOwedTo = rowsOwedTo;
exports.findingsAbout = findingsAbout;
const contracts_1 = require("../../../libs/contracts/src/index.js");
/** A lane is closed for ever by a purge, or because its user was never made: nothing of such a user may be there. */
function goneBy(admission) {
    if (admission === 'closed')
        return 'purged';
    return admission === 'deleted' ? 'deleted' : undefined;
}
/** @returns the tables that these relations speak of, each once */
function sourcesOf(relations) {
    const names = new Set(relations.map(tableOf));
    return [...names].map((table) => {
        const ofTable = relations.filter((relation) => tableOf(relation) === table);
        const [service, name] = [ofTable[0].service, table.split('.')[1]];
        return { service, name, keyedByUser: ofTable.some(isOneForEach) };
    });
}
/** @returns the relations whose rows that table lists */
function relationsOf({ service, name }, relations) {
    return relations.filter((relation) => tableOf(relation) === `${service}.${name}`);
}
/** When a listed row is wrong, for each kind of finding. */
const RULES = {
    // What a purge is to leave as it is refers to nobody from then on.
    dangling: (_row, _relation, { user, gone }) => !user && gone !== 'purged',
    missing: (row, relation, { user, gone }) => user?.state === 'active' && !gone && !row.live && isLiveWithUser(relation),
    // The name of a user who came back from the dead is nobody's.
    'stale-copy': (row, { update }, { user, gone }) => user !== undefined &&
        !isBack({ user, gone }) &&
        update.kind === 'copy' &&
        row.name !== undefined &&
        row.name !== user.name,
    'live-after-delete': (row, relation, { user, gone }) => user?.state === 'deleted' && !gone && outlived(relation.delete, row),
    resurrected: (row, relation, { user, gone }) => gone === 'purged'
        ? outlived(relation.purge, row)
        : gone === 'deleted' && !!user && outlived(relation.delete, row),
};
/** @returns what is wrong with that row */
function faultsOf(row, known, relations) {
    const relation = relations.find(({ name }) => name === row.relation);
    return relation ? contracts_1.FINDING_KINDS.filter((kind) => RULES[kind](row, relation, known)) : [];
}
/** @returns whether identity has a user whom the ledger knows to be deleted or purged */
function isBack({ user, gone }) {
    return user !== undefined && (gone === 'purged' || (gone === 'deleted' && user.state === 'active'));
}
/** @returns the relations of which that user has to have a row that the services list */
function rowsOwedTo({ user, gone }, relations) {
    if (!user || gone === 'purged')
        return [];
    const isDeleted = gone === 'deleted' || user.state === 'deleted';
    return relations.filter((relation) => isOneForEach(relation) && !(isDeleted && relation.delete.kind === 'anonymise'));
}
/** @returns everything that is wrong about one user, given all rows that refer to that id */
function findingsAbout(userId, user, rows, relations, gone) {
    const known = { user, gone };
    const present = new Set(rows.map(({ relation }) => relation));
    const lacking = rowsOwedTo(known, relations).filter(({ name }) => !present.has(name));
    return [
        ...(isBack(known) ? [{ relation: contracts_1.USERS, kind: 'resurrected', id: userId, userId }] : []),
        ...rows.flatMap((row) => faultsOf(row, known, relations).map((kind) => ({ relation: row.relation, kind, id: row.id, userId }))),
        ...lacking.map(({ name }) => ({ relation: name, kind: 'missing', id: userId, userId })),
    ];
}
function tableOf({ from }) {
    return from.slice(0, from.lastIndexOf('.'));
}
/** A registration that makes a row makes it for each user. */
function isOneForEach({ each, register }) {
    return each === undefined ? register.kind !== 'retain' : each === 'one';
}
/** Rows that go and come back with their user, or that every user has and no deletion touches, are live with the user. */
function isLiveWithUser(relation) {
    if (relation.delete.kind === 'retain')
        return isOneForEach(relation);
    return relation.restore.kind === 'cascade';
}
/** @returns whether the row is as if the consequence had not been carried out; what is anonymised is not listed */
function outlived({ kind }, row) {
    switch (kind) {
        case 'cascade':
        case 'restrict':
            return row.live;
        case 'anonymise':
            return true;
        case 'copy':
        case 'retain':
            return false;
    }
}
//# sourceMappingURL=faults.js.map