"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.takeEmail = takeEmail;
exports.exchangeEmail = exchangeEmail;
exports.takeEmailBack = takeEmailBack;
exports.releaseReservedEmails = releaseReservedEmails;
exports.releaseEmails = releaseEmails;
const service_1 = require("../../libs/service/src/index.js");
/*
 * Who has which e-mail address. The primary key of `email_addresses` decides, whatever runs at the same time:
 * an insert waits for another user's unfinished one and then sees what became of it. An address is a row until
 * its user is purged; while a change of address may still be undone the old one stays as a reserved row.
 */
/** Gives the address to the user, who may already have it in reserve. @throws Problem `email-taken` */
async function takeEmail(tx, userId, email) {
    const taken = await tx.query(`insert into email_addresses (email, user_id) values ($1, $2)
     on conflict (email) do update set reserved = false where email_addresses.user_id = excluded.user_id
     returning email`, [email, userId]);
    if (taken.length === 0)
        throw new service_1.Problem('email-taken');
}
/** Exchanges the present address, which stays reserved. @throws Problem `email-taken` */
async function exchangeEmail(tx, userId, email) {
    await tx.query('update email_addresses set reserved = true where user_id = $1 and not reserved', [userId]);
    await takeEmail(tx, userId, email);
}
/** Undoes an exchange: the present address is free again, the reserved `email` is the user's present one. */
async function takeEmailBack(tx, userId, email) {
    await tx.query('delete from email_addresses where user_id = $1 and not reserved', [userId]);
    await takeEmail(tx, userId, email);
}
/** Frees the addresses that the user has only in reserve. */
async function releaseReservedEmails(tx, userId) {
    await tx.query('delete from email_addresses where user_id = $1 and reserved', [userId]);
}
/** Frees all of the user's addresses. @returns how many there were */
async function releaseEmails(tx, userId) {
    const [, released] = await tx.query('delete from email_addresses where user_id = $1', [
        userId,
    ]);
    return released;
}
//# sourceMappingURL=emails.js.map