// Made by `npm run client` from the gateway's OpenAPI document; what is written here by hand is lost.

export interface paths {
    "/v1/customers/{userId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The customer that belongs to that user. */
        get: operations["CustomersController_read"];
        /** Replaces address and telephone number: what is left out is removed. */
        put: operations["CustomersController_update"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The changes of all operations in the caller's lane, from now on; ends with the session. */
        get: operations["OperationEventsController_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's user, customer, newest orders and newest operations, asked for in parallel. What is not there in time
         *     is named in `missing`; such an answer is never confirmed as unchanged.
         */
        get: operations["MeController_read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The operations in the caller's lane or asked for by the caller, newest first. */
        get: operations["OperationsController_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One operation; with `Prefer: wait=N` once it has ended, or after N seconds. */
        get: operations["OperationsController_read"];
        put?: never;
        post?: never;
        /**
         * Withdraws a write that has not begun, or that waits for a retry and turns out not to be applied. What somebody
         *     else asked for, and what is in the lane of somebody else, only operators withdraw, and nobody in the own lane.
         */
        delete: operations["OperationsController_cancel"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One operation: what it is now, and then each of its changes; ends when it is over. */
        get: operations["OperationEventsController_eventsOfOne"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who did what to whom, when, and by which operation; newest first. Names and addresses of others are hidden. */
        get: operations["AuditController_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/audit/{id}/reveal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Shows what is hidden of an entry; the audit trail tells of it first. */
        post: operations["AuditController_reveal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The runs, newest first. */
        get: operations["BulkController_list"];
        put?: never;
        /** Begins a run over all writes that a filter matches now; with `dryRun` it only counts them. */
        post: operations["BulkController_begin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/bulk/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One run and how far it has come. */
        get: operations["BulkController_run"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/bulk/{id}/abort": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends a run; what it has done stays done. */
        post: operations["BulkController_abort"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/failures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Writes that failed, by their problem and the service that refused them. */
        get: operations["OverviewController_failures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/integrity/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The runs, newest first. */
        get: operations["IntegrityController_list"];
        put?: never;
        /** Begins a run; while one is under way, it is that one. */
        post: operations["IntegrityController_begin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/integrity/runs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One run and what it has found so far. */
        get: operations["IntegrityController_run"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/integrity/runs/{id}/repair": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mends what the run has found, through the lanes; asked again, it answers with the same writes. */
        post: operations["IntegrityController_repair"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/lanes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lanes, the deepest or the oldest first. */
        get: operations["OverviewController_lanes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/lanes/{userId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One lane: whether it takes writes, whether it carries them out, and its head. */
        get: operations["OpsController_lane"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/lanes/{userId}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Nothing more of the lane begins, a deletion neither; what runs goes on. */
        post: operations["OpsController_pause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/lanes/{userId}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A halted lane goes on; `action` says what becomes of the write at which it halted. */
        post: operations["OpsController_release"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/lanes/{userId}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A paused lane goes on. */
        post: operations["OpsController_resume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The summary again and again, as server-sent events of the type `summary`; ends with the session. */
        get: operations["LiveController_live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Operations of all lanes, the newest first; what people have written into their results is hidden. */
        get: operations["OverviewController_operations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/operations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One write in full; what people have written into it is hidden. */
        get: operations["OpsController_operation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/operations/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Withdraws a write that has not begun, or that waits for a retry and turns out not to be applied. */
        post: operations["OpsController_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/operations/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A failed write once more: a new operation at the end of the lane, because its successors may have run. */
        post: operations["OpsController_retry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/operations/{id}/reveal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Shows what is hidden of a write; the audit trail tells of it. */
        post: operations["OpsController_reveal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/samples": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How it was, every five seconds: the last hour, or since `from`, at most a day ago. */
        get: operations["OverviewController_samples"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/services": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The services that take part: what they declare, whether they answer, what waits for them; at most a second old. */
        get: operations["OverviewController_services"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything at a glance; at most a second old. */
        get: operations["OverviewController_summary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/users/{id}/reinstate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The user may sign in again. */
        post: operations["SuspensionController_reinstate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/users/{id}/suspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Nobody is let in as that user: all sessions end at once, and none begins. The lane goes on for what others ask. */
        post: operations["SuspensionController_suspend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All of them, newest first. */
        get: operations["WebhooksController_list"];
        put?: never;
        /** Subscribes somebody. The secret is shown this once. */
        post: operations["WebhooksController_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One webhook, without its secret. */
        get: operations["WebhooksController_webhook"];
        put?: never;
        post?: never;
        /** Ends a subscription; what was not delivered never is. */
        delete: operations["WebhooksController_remove"];
        options?: never;
        head?: never;
        /** Changes where it is, what it is told, or whether; one that is enabled again goes on where it stopped. */
        patch: operations["WebhooksController_change"];
        trace?: never;
    };
    "/v1/ops/webhooks/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was sent to it, or is still to be, newest first. */
        get: operations["WebhooksController_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/webhooks/{id}/deliveries/{deliveryId}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends one again, before what happened to its user later and is not sent yet. */
        post: operations["WebhooksController_replay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/webhooks/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends again what happened from then on, or in that time, in its order. */
        post: operations["WebhooksController_replayRange"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/webhooks/{id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a new secret, which is shown this once. For a day the one before it signs, too. */
        post: operations["WebhooksController_rotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ops/webhooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends an event of the type `webhook.test`. */
        post: operations["WebhooksController_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's orders, newest first; for administrators, with `userId`, anybody's. */
        get: operations["OrdersController_list"];
        put?: never;
        /** Places an order for the caller. Without an address the customer's is copied. */
        post: operations["OrdersController_place"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One order. */
        get: operations["OrdersController_read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes lines or address of a placed order. */
        patch: operations["OrdersController_change"];
        trace?: never;
    };
    "/v1/orders/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancels a placed or paid order. */
        post: operations["OrdersController_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders/{id}/deliver": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Marks a shipped order as delivered. */
        post: operations["OrdersController_deliver"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders/{id}/pay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Marks a placed order as paid. */
        post: operations["OrdersController_pay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders/{id}/ship": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Marks a paid order as shipped. */
        post: operations["OrdersController_ship"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's sessions that go on, the one that was used last first. */
        get: operations["SessionsController_list"];
        put?: never;
        /** Signs in. After too many failures it is 429 for a while, whatever the password. */
        post: operations["SessionsController_signIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends one of the caller's sessions: at once here, and everywhere within 5 s. */
        delete: operations["SessionsController_end"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Signs out. */
        delete: operations["SessionsController_signOut"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** New tokens for a refresh token, which is spent; its second use ends the session. */
        post: operations["SessionsController_refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All users, newest first. For `Read-After` a list of everybody is in the caller's own lane. */
        get: operations["UsersController_list"];
        put?: never;
        /** Registers a user. Anybody may. The 202 carries `Operation-Token`, which lets the client read the operation. */
        post: operations["UsersController_register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One user. */
        get: operations["UsersController_read"];
        put?: never;
        post?: never;
        /**
         * Deletes the user. From the acknowledgement on no other write of the user is accepted. Who deletes the own account sends
         *     `currentPassword`, or has signed in within the last five minutes.
         */
        delete: operations["UsersController_delete"];
        options?: never;
        head?: never;
        /**
         * Changes e-mail address or names. Who changes the own address, which one signs in with, sends `currentPassword`, or
         *     has signed in within the last five minutes; a wrong one is refused at once, and counts as a failed sign-in.
         */
        patch: operations["UsersController_update"];
        trace?: never;
    };
    "/v1/users/{id}/claims": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Sets the claims: a flat object, which replaces the one before. */
        put: operations["UsersController_setClaims"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Changes the password. A wrong current one is refused at once, and counts as a failed sign-in. All other sessions end. */
        put: operations["UsersController_changePassword"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Brings a deleted user back within the grace period. What the deletion cancelled stays cancelled. */
        post: operations["UsersController_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Sets the roles. The user's sessions end, since roles stand in their tokens: at once where one is taken away. */
        put: operations["UsersController_setRoles"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Ends the user's sessions, at once and everywhere. The user sends `currentPassword`, or has signed in
         *     within the last five minutes, and keeps the session that asks; an administrator ends all of another user's.
         */
        delete: operations["UserSessionsController_endAll"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Address: {
            city: string;
            /** @description ISO 3166-1 alpha-2, upper case. */
            country: string;
            line1: string;
            line2?: string;
            /** @description Who receives it; left out, the customer. */
            name?: string;
            postalCode: string;
        };
        AuditEntry: {
            action: string;
            /** @description Null for what the system does by itself, an anonymous registration, and `npm run ledger`. */
            actorId: string | null;
            after: {
                [key: string]: unknown;
            } | null;
            at: string;
            /**
             * @description Names and addresses, settings, how a halted write stood, or what was asked for by which filters; null where it is
             *     not about them, and after the purge. What people have written is hidden from whoever is neither the actor nor the user.
             */
            before: {
                [key: string]: unknown;
            } | null;
            /** @description Grows with the trail. */
            id: string;
            operationId: string | null;
            reason: string | null;
            /** @description Null for what is done to no user. */
            userId: string | null;
        };
        BulkCount: {
            count: number;
        };
        BulkFilter: {
            /**
             * Format: uuid
             * @description Who asked for it.
             */
            actorId?: string;
            /** @description Accepted then or later. */
            from?: string;
            /** @enum {string} */
            kind?: "user.register" | "user.update" | "user.change-password" | "user.set-roles" | "user.set-claims" | "user.delete" | "user.restore" | "customer.update" | "order.place" | "order.change" | "order.pay" | "order.cancel" | "order.ship" | "order.deliver";
            /** @enum {string} */
            problem?: "invalid-request" | "invalid-json" | "unauthenticated" | "invalid-credentials" | "forbidden" | "user-suspended" | "not-found" | "method-not-allowed" | "email-taken" | "order-state-conflict" | "user-deleting" | "last-administrator" | "user-not-deleted" | "deletion-restricted" | "operation-not-cancellable" | "operation-pending" | "user-deleted" | "version-conflict" | "request-timeout" | "payload-too-large" | "unsupported-media-type" | "idempotency-key-reused" | "headers-too-large" | "rate-limited" | "lane-full" | "internal-error" | "unavailable" | "deadline-exceeded" | "stale-fence" | "undo-refused" | "ended-by-operator" | "lane-not-halted" | "step-impossible" | "step-sealed";
            /** @enum {string} */
            state?: "failed" | "queued" | "retrying";
            /** @description Accepted before; left out, before the request. */
            to?: string;
            /** Format: uuid */
            userId?: string;
        };
        BulkRefusals: {
            /** @enum {string} */
            code: "invalid-request" | "invalid-json" | "unauthenticated" | "invalid-credentials" | "forbidden" | "user-suspended" | "not-found" | "method-not-allowed" | "email-taken" | "order-state-conflict" | "user-deleting" | "last-administrator" | "user-not-deleted" | "deletion-restricted" | "operation-not-cancellable" | "operation-pending" | "user-deleted" | "version-conflict" | "request-timeout" | "payload-too-large" | "unsupported-media-type" | "idempotency-key-reused" | "headers-too-large" | "rate-limited" | "lane-full" | "internal-error" | "unavailable" | "deadline-exceeded" | "stale-fence" | "undo-refused" | "ended-by-operator" | "lane-not-halted" | "step-impossible" | "step-sealed";
            count: number;
        };
        BulkRequest: {
            /** @enum {string} */
            action: "retry" | "cancel";
            /** @description Only says how many writes it would be. */
            dryRun?: boolean;
            filter: components["schemas"]["BulkFilter"];
            reason: string;
        };
        BulkRun: {
            /** @enum {string} */
            action: "retry" | "cancel";
            actorId: string;
            done: number;
            filter: components["schemas"]["BulkFilter"];
            finishedAt: string | null;
            id: string;
            /** @description Why it was stopped before its end; null where it was not, or an operator has aborted it. */
            problem: Record<string, never> | null;
            reason: string;
            refusals: components["schemas"]["BulkRefusals"][];
            refused: number;
            startedAt: string;
            /** @enum {string} */
            state: "running" | "done" | "aborted";
            /** @description How many there were when it began. */
            total: number;
        };
        CancelOrder: {
            reason?: string;
        };
        ChangeOrder: {
            deliveryAddress?: components["schemas"]["Address"];
            lines?: components["schemas"]["OrderLine"][];
        };
        ChangePassword: {
            currentPassword: string;
            newPassword: string;
        };
        ChangeWebhook: {
            description?: string;
            /** @description One that is enabled again goes on where it stopped. */
            enabled?: boolean;
            events?: ("*" | "operation.succeeded" | "operation.failed" | "operation.cancelled" | "operation.rejected" | "turnpike.user.registered" | "turnpike.user.registered.undone" | "turnpike.user.updated" | "turnpike.user.updated.undone" | "turnpike.user.email-released" | "turnpike.user.password-changed" | "turnpike.user.roles-set" | "turnpike.user.claims-set" | "turnpike.user.deleted" | "turnpike.user.restored" | "turnpike.user.restored.undone" | "turnpike.user.purged" | "turnpike.customer.created" | "turnpike.customer.created.undone" | "turnpike.customer.renamed" | "turnpike.customer.renamed.undone" | "turnpike.customer.updated" | "turnpike.customer.deleted" | "turnpike.customer.deleted.undone" | "turnpike.customer.restored" | "turnpike.customer.restored.undone" | "turnpike.customer.purged" | "turnpike.customer.followed" | "turnpike.order.placed" | "turnpike.order.changed" | "turnpike.order.paid" | "turnpike.order.cancelled" | "turnpike.order.shipped" | "turnpike.order.delivered")[];
            reason?: string;
            url?: string;
        };
        CreateWebhook: {
            description?: string;
            /** @description Types of events; `*` is all. */
            events: ("*" | "operation.succeeded" | "operation.failed" | "operation.cancelled" | "operation.rejected" | "turnpike.user.registered" | "turnpike.user.registered.undone" | "turnpike.user.updated" | "turnpike.user.updated.undone" | "turnpike.user.email-released" | "turnpike.user.password-changed" | "turnpike.user.roles-set" | "turnpike.user.claims-set" | "turnpike.user.deleted" | "turnpike.user.restored" | "turnpike.user.restored.undone" | "turnpike.user.purged" | "turnpike.customer.created" | "turnpike.customer.created.undone" | "turnpike.customer.renamed" | "turnpike.customer.renamed.undone" | "turnpike.customer.updated" | "turnpike.customer.deleted" | "turnpike.customer.deleted.undone" | "turnpike.customer.restored" | "turnpike.customer.restored.undone" | "turnpike.customer.purged" | "turnpike.customer.followed" | "turnpike.order.placed" | "turnpike.order.changed" | "turnpike.order.paid" | "turnpike.order.cancelled" | "turnpike.order.shipped" | "turnpike.order.delivered")[];
            reason?: string;
            /** @description https; http outside production only. Addresses that are not public are refused. */
            url: string;
        };
        CurrentPassword: {
            /** @description The user's password; needed of the user, unless the session began in the last five minutes. */
            currentPassword?: string;
        };
        CustomerView: {
            deliveryAddress: components["schemas"]["Address"] | null;
            name: string;
            phone: string | null;
            /** @enum {string} */
            state: "deleted" | "active";
            userId: string;
            version: number;
        };
        Delivery: {
            city?: string;
            country?: string;
            line1?: string;
            line2?: string;
            name: string;
            postalCode?: string;
        };
        FailureGroup: {
            count: number;
            latest: {
                finishedAt: string;
                id: string;
            };
            /** @enum {string} */
            problem: "invalid-request" | "invalid-json" | "unauthenticated" | "invalid-credentials" | "forbidden" | "user-suspended" | "not-found" | "method-not-allowed" | "email-taken" | "order-state-conflict" | "user-deleting" | "last-administrator" | "user-not-deleted" | "deletion-restricted" | "operation-not-cancellable" | "operation-pending" | "user-deleted" | "version-conflict" | "request-timeout" | "payload-too-large" | "unsupported-media-type" | "idempotency-key-reused" | "headers-too-large" | "rate-limited" | "lane-full" | "internal-error" | "unavailable" | "deadline-exceeded" | "stale-fence" | "undo-refused" | "ended-by-operator" | "lane-not-halted" | "step-impossible" | "step-sealed";
            /**
             * @description Whose refusal it was, or at which service the last attempt failed; null where none was asked.
             * @enum {string|null}
             */
            service: "identity" | "ordering" | null;
        };
        Finding: {
            id: string;
            /** @enum {string} */
            kind: "dangling" | "missing" | "stale-copy" | "live-after-delete" | "resurrected";
            relation: string;
            userId: string;
        };
        FindingCount: {
            count: number;
            /** @enum {string} */
            kind: "dangling" | "missing" | "stale-copy" | "live-after-delete" | "resurrected";
            relation: string;
        };
        IntegrityHealth: {
            /** @description Of the last run that is done and of those after it; what is not named was not found. */
            findings: components["schemas"]["FindingCount"][];
            /** @description When a run last compared everything; null before the first. */
            lastSuccessAt: string | null;
            /** @description Why the newest run failed; null where it did not. */
            problem: components["schemas"]["Problem"] | null;
            /**
             * @description `agree` only where the newest run is done, not long ago, and has found nothing.
             * @enum {string}
             */
            verdict: "agree" | "findings" | "unknown";
        };
        IntegrityRun: {
            /** @description Rows that were compared. */
            checked: number;
            /** @description Whether what it says is so now: it is done, not long ago, and no later run has ended in another way. */
            current: boolean;
            findings: components["schemas"]["Finding"][];
            finishedAt: string | null;
            id: string;
            /** @description Of a failed run: why. `service` and `table` name what could not be compared, if it was one. */
            problem: components["schemas"]["Problem"] | null;
            startedAt: string;
            /** @enum {string} */
            state: "failed" | "running" | "done";
        };
        KeySet: {
            keys: components["schemas"]["PublicKey"][];
        };
        LaneHead: {
            id: string;
            /** @enum {string} */
            kind: "user.register" | "user.update" | "user.change-password" | "user.set-roles" | "user.set-claims" | "user.delete" | "user.restore" | "user.purge" | "customer.update" | "order.place" | "order.change" | "order.pay" | "order.cancel" | "order.ship" | "order.deliver" | "event.user-deleted" | "event.user-updated" | "repair.user";
            nextAttemptAt: string | null;
            seq: number;
            /** @enum {string} */
            state: "succeeded" | "failed" | "cancelled" | "rejected" | "queued" | "running" | "retrying";
        };
        LaneHold: {
            /** @enum {string} */
            reason: "retry" | "breaker" | "lease" | "worker";
            /** @enum {string|null} */
            service: "identity" | "ordering" | null;
            since: string;
        };
        LaneSuspension: {
            at: string;
            by: string;
            /** @description Null after a purge. */
            reason: string | null;
        };
        LaneView: {
            /** @description How many writes have not ended. */
            depth: number;
            head: components["schemas"]["LaneHead"] | null;
            /** @description Why nothing of it goes on though neither a pause nor a halt holds it; null where it goes on. */
            hold: components["schemas"]["LaneHold"] | null;
            lastSeq: number;
            oldestQueuedAt: string | null;
            paused: boolean;
            pausedBy: string | null;
            /** @description Why it is paused or halted. */
            reason: string | null;
            /** @enum {string} */
            state: "paused" | "halted" | "open" | "deleting" | "deleted";
            /** @description Null where the user may sign in. */
            suspended: components["schemas"]["LaneSuspension"] | null;
            userId: string;
        };
        Me: {
            customer?: components["schemas"]["CustomerView"];
            /** @description The parts that could not be had in time. */
            missing: ("user" | "operations" | "customer" | "orders")[];
            operations?: components["schemas"]["OperationView"][];
            orders?: components["schemas"]["OrderView"][];
            user?: components["schemas"]["UserView"];
        };
        Money: {
            /** @description In minor units: 1999 is 19.99 EUR. */
            amount: number;
            /** @description ISO 4217, upper case. */
            currency: string;
        };
        OperationCause: {
            at: string;
            /** @description The code of the service's problem, or why there was no answer: `ECONNREFUSED`, `timeout`. */
            code: string;
            detail: string | null;
            /** @description The request id by which the service's log tells of it. */
            requestId: string | null;
            /** @enum {string} */
            service: "identity" | "ordering";
            /** @description The HTTP status of the service's answer; null where there was none. */
            status: number | null;
            step: string;
        };
        OperationLinks: {
            events: string;
            self: string;
        };
        OperationTarget: {
            id: string;
            /** @enum {string} */
            type: "user" | "customer" | "order";
        };
        OperationView: {
            /** @description Who asked for it; null for an anonymous registration and for what the system does by itself. */
            actorId: string | null;
            /** @description How often it was begun. */
            attempts: number;
            /** @description Null where no attempt has failed. */
            cause: components["schemas"]["OperationCause"] | null;
            createdAt: string;
            finishedAt: string | null;
            /** @description The operation whose success it follows; left out where somebody has asked for it. */
            follows?: string;
            id: string;
            /** @enum {string} */
            kind: "user.register" | "user.update" | "user.change-password" | "user.set-roles" | "user.set-claims" | "user.delete" | "user.restore" | "user.purge" | "customer.update" | "order.place" | "order.change" | "order.pay" | "order.cancel" | "order.ship" | "order.deliver" | "event.user-deleted" | "event.user-updated" | "repair.user";
            links: components["schemas"]["OperationLinks"];
            nextAttemptAt: string | null;
            problem: components["schemas"]["Problem"] | null;
            /** @description Of a success: how many rows of which relation it was carried out on; those that declare no counts are left out. */
            relations?: components["schemas"]["RelationCount"][];
            /** @description The resource as the write left it. */
            result: {
                [key: string]: unknown;
            } | null;
            retryOf?: string;
            /** @description Its place in the lane: from 1, without gaps. */
            seq: number;
            startedAt: string | null;
            /** @enum {string} */
            state: "succeeded" | "failed" | "cancelled" | "rejected" | "queued" | "running" | "retrying";
            steps: components["schemas"]["StepView"][];
            target: components["schemas"]["OperationTarget"];
            /** @description Whose lane it runs in. */
            userId: string;
            waiting?: components["schemas"]["WaitingView"];
        };
        OpsOperationView: {
            /** @description Who asked for it; null for an anonymous registration and for what the system does by itself. */
            actorId: string | null;
            /** @description How often it was begun. */
            attempts: number;
            /** @description Null where no attempt has failed. */
            cause: components["schemas"]["OperationCause"] | null;
            createdAt: string;
            finishedAt: string | null;
            /** @description The operation whose success it follows; left out where somebody has asked for it. */
            follows?: string;
            id: string;
            ifMatch: string | null;
            /** @enum {string} */
            kind: "user.register" | "user.update" | "user.change-password" | "user.set-roles" | "user.set-claims" | "user.delete" | "user.restore" | "user.purge" | "customer.update" | "order.place" | "order.change" | "order.pay" | "order.cancel" | "order.ship" | "order.deliver" | "event.user-deleted" | "event.user-updated" | "repair.user";
            links: components["schemas"]["OperationLinks"];
            nextAttemptAt: string | null;
            /** @description Null once it was erased. */
            payload: {
                [key: string]: unknown;
            } | null;
            problem: components["schemas"]["Problem"] | null;
            /** @description Of a success: how many rows of which relation it was carried out on; those that declare no counts are left out. */
            relations?: components["schemas"]["RelationCount"][];
            /** @description The resource as the write left it. */
            result: {
                [key: string]: unknown;
            } | null;
            /** @description The newest write that repeats this one. */
            retriedBy: string | null;
            retryOf?: string;
            /** @description Its place in the lane: from 1, without gaps. */
            seq: number;
            startedAt: string | null;
            /** @enum {string} */
            state: "succeeded" | "failed" | "cancelled" | "rejected" | "queued" | "running" | "retrying";
            steps: components["schemas"]["OpsStepView"][];
            target: components["schemas"]["OperationTarget"];
            traceparent: string | null;
            /** @description Whose lane it runs in. */
            userId: string;
            waiting?: components["schemas"]["WaitingView"];
        };
        OpsStepView: {
            attempts: number;
            /** @description Milliseconds that its last call took; null where none was made. */
            ms: number | null;
            name: string;
            /**
             * @description The code of the problem that its last call ended with, or null.
             * @enum {string|null}
             */
            problem: "invalid-request" | "invalid-json" | "unauthenticated" | "invalid-credentials" | "forbidden" | "user-suspended" | "not-found" | "method-not-allowed" | "email-taken" | "order-state-conflict" | "user-deleting" | "last-administrator" | "user-not-deleted" | "deletion-restricted" | "operation-not-cancellable" | "operation-pending" | "user-deleted" | "version-conflict" | "request-timeout" | "payload-too-large" | "unsupported-media-type" | "idempotency-key-reused" | "headers-too-large" | "rate-limited" | "lane-full" | "internal-error" | "unavailable" | "deadline-exceeded" | "stale-fence" | "undo-refused" | "ended-by-operator" | "lane-not-halted" | "step-impossible" | "step-sealed" | null;
            /** @enum {string} */
            service: "identity" | "ordering";
            /** @enum {string} */
            state: "pending" | "applied" | "refused" | "sealed" | "undone";
        };
        OpsSummary: {
            acceptedPerSecond: number;
            finishedPerSecond: number;
            integrity: components["schemas"]["IntegrityHealth"];
            lanes: {
                [key: string]: number;
            };
            /** @description How long the oldest write that has not begun, or is in retry, has been there; null where none waits. */
            oldestWaitingMs: number | null;
            /** @description Since the ledger began. */
            operations: {
                [key: string]: number;
            };
            /** @description Null while the queue cannot be asked. */
            partitions: components["schemas"]["PartitionView"][] | null;
            services: components["schemas"]["ServiceHealth"][];
            workers: components["schemas"]["WorkerView"][];
        };
        OrderLine: {
            name: string;
            quantity: number;
            sku: string;
            unitPrice: components["schemas"]["Money"];
        };
        OrderView: {
            cancelReason: string | null;
            createdAt: string;
            delivery: components["schemas"]["Delivery"];
            id: string;
            lines: components["schemas"]["OrderLine"][];
            paymentReference: string | null;
            reference: string | null;
            /** @enum {string} */
            status: "cancelled" | "delivered" | "placed" | "paid" | "shipped";
            total: components["schemas"]["Money"];
            trackingNumber: string | null;
            updatedAt: string;
            userId: string;
            version: number;
        };
        PartitionView: {
            active: number;
            delayed: number;
            name: string;
            paused: boolean;
            waiting: number;
        };
        PayOrder: {
            paymentReference: string;
        };
        PlaceOrder: {
            /** @description Left out: a copy of the customer's. */
            deliveryAddress?: components["schemas"]["Address"];
            lines: components["schemas"]["OrderLine"][];
            /** @description The client's own name for the order; comes back in reads. */
            reference?: string;
        };
        /** @description RFC 9457. Members beyond these are a code’s own. */
        Problem: {
            /** @enum {string} */
            code: "invalid-request" | "invalid-json" | "unauthenticated" | "invalid-credentials" | "forbidden" | "user-suspended" | "not-found" | "method-not-allowed" | "email-taken" | "order-state-conflict" | "user-deleting" | "last-administrator" | "user-not-deleted" | "deletion-restricted" | "operation-not-cancellable" | "operation-pending" | "user-deleted" | "version-conflict" | "request-timeout" | "payload-too-large" | "unsupported-media-type" | "idempotency-key-reused" | "headers-too-large" | "rate-limited" | "lane-full" | "internal-error" | "unavailable" | "deadline-exceeded" | "stale-fence" | "undo-refused" | "ended-by-operator" | "lane-not-halted" | "step-impossible" | "step-sealed";
            detail?: string;
            errors?: {
                message: string;
                path: string;
            }[];
            /**
             * Format: uuid
             * @description The request, as in X-Request-Id
             */
            instance?: string;
            status: number;
            title: string;
            /** Format: uri-reference */
            type: string;
        };
        PublicKey: {
            /** @enum {string} */
            alg: "EdDSA";
            /** @enum {string} */
            crv: "Ed25519";
            kid: string;
            /** @enum {string} */
            kty: "OKP";
            /** @enum {string} */
            use: "sig";
            x: string;
        };
        Reason: {
            reason?: string;
        };
        RefreshSession: {
            refreshToken: string;
        };
        RegisterUser: {
            email: string;
            firstName: string;
            lastName: string;
            password: string;
        };
        RelationCount: {
            relation: string;
            rows: number;
            /** @description What was done to them: `cascade`, `copy`, and so on. */
            rule: string;
        };
        ReleaseLane: {
            /**
             * @description `retry` carries the write at which it halted out again, `skip` goes on without it, `fail` and `succeed` end it by
             *     hand. Left out, the lane goes on as it stood: what it stopped at is tried again.
             * @enum {string}
             */
            action?: "retry" | "skip" | "fail" | "succeed";
            /**
             * Format: uuid
             * @description Only if the lane is halted at that write: an act that is sent twice then never meets the next halt.
             */
            operationId?: string;
            reason?: string;
        };
        Repair: {
            items: components["schemas"]["OperationView"][];
        };
        Replayed: {
            count: number;
        };
        ReplayRange: {
            from: string;
            reason?: string;
            /** @description Left out, now. */
            to?: string;
        };
        RestoredUser: {
            claims: {
                [key: string]: unknown;
            };
            createdAt: string;
            /** @description Only of a deleted user. */
            deletedAt?: string;
            email: string;
            firstName: string;
            id: string;
            lastName: string;
            roles: ("operator" | "operator.act" | "operator.reveal" | "admin")[];
            /** @enum {string} */
            state: "deleted" | "active";
            /** @description The orders that the deletion has cancelled, and that stay so. */
            staysCancelled: string[];
            updatedAt: string;
            version: number;
        };
        RevealedOperation: {
            /** @description Null once it was erased. */
            payload: {
                [key: string]: unknown;
            } | null;
            result: {
                [key: string]: unknown;
            } | null;
        };
        Sample: {
            acceptedPerSecond: number;
            at: string;
            finishedPerSecond: number;
            oldestWaitingMs: number | null;
            /** @description From acceptance to the end, of what ended since the sample before; null where nothing did. */
            p50Ms: number | null;
            p95Ms: number | null;
            p99Ms: number | null;
            retrying: number;
            running: number;
            unsuccessfulPerSecond: number;
            waiting: number;
        };
        ServiceHealth: {
            /**
             * @description The worst that any process has; null while no process says.
             * @enum {string|null}
             */
            breaker: "open" | "closed" | "half-open" | null;
            /** @enum {string} */
            name: "identity" | "ordering";
        };
        ServiceLimits: {
            /** @description Calls under way; null is no limit. */
            concurrency: number | null;
            /** @description Calls a second; null is no limit. */
            perSecond: number | null;
        };
        ServiceView: {
            /**
             * @description The worst that any process has; null while no process says.
             * @enum {string|null}
             */
            breaker: "open" | "closed" | "half-open" | null;
            limits: components["schemas"]["ServiceLimits"];
            /** @enum {string} */
            name: "identity" | "ordering";
            /** @description What is wrong with what it declares now: in the state `serving`, what it declared before is carried out. */
            problem: string | null;
            /** @description Since when it is in that state, as far as the gateway knows that answers; null before it does. */
            since: string | null;
            /** @enum {string} */
            state: "serving" | "away" | "refused" | "paused";
            /** @description Of what is carried out of it; of a service that is compiled in, what it says itself. Null while nothing is known. */
            version: string | null;
            /** @description Unfinished operations whose next step is of this service, and those that wait behind one. */
            waiting: number;
            /** @description Lanes with any of them. */
            waitingLanes: number;
        };
        SessionEntries: {
            items: components["schemas"]["SessionEntry"][];
        };
        SessionEntry: {
            /** @description Browser and system that it was begun with, or the name of a program; empty where nothing is known. */
            client: string;
            createdAt: string;
            /** @description Whether it is the one that asks. */
            current: boolean;
            id: string;
            /** @description When it was begun or last refreshed. */
            lastUsedAt: string;
        };
        SessionView: {
            accessToken: string;
            /** @description Seconds until the access token expires. */
            expiresIn: number;
            refreshToken: string;
            /** @enum {string} */
            tokenType: "Bearer";
            userId: string;
        };
        SetClaims: {
            /** @description A flat object of strings, numbers and booleans, at most 4 KiB. */
            claims: {
                [key: string]: unknown;
            };
        };
        SetRoles: {
            roles: ("operator" | "operator.act" | "operator.reveal" | "admin")[];
        };
        ShipOrder: {
            trackingNumber: string;
        };
        SignIn: {
            email: string;
            password: string;
        };
        StatedReason: {
            reason: string;
        };
        StepView: {
            attempts: number;
            name: string;
            /** @enum {string} */
            service: "identity" | "ordering";
            /** @enum {string} */
            state: "pending" | "applied" | "refused" | "sealed" | "undone";
        };
        UpdateCustomer: {
            deliveryAddress?: components["schemas"]["Address"];
            phone?: string;
        };
        UpdateUser: {
            /** @description Confirms a change of `email` by the user, unless the session began in the last five minutes. */
            currentPassword?: string;
            email?: string;
            firstName?: string;
            lastName?: string;
        };
        UserView: {
            claims: {
                [key: string]: unknown;
            };
            createdAt: string;
            /** @description Only of a deleted user. */
            deletedAt?: string;
            email: string;
            firstName: string;
            id: string;
            lastName: string;
            roles: ("operator" | "operator.act" | "operator.reveal" | "admin")[];
            /** @enum {string} */
            state: "deleted" | "active";
            updatedAt: string;
            version: number;
        };
        WaitingView: {
            /** @description The operation that is carried out before this one, or null for the head of the lane. */
            behind: string | null;
            expectedAt: string | null;
            /** @description How many unfinished writes of this user come before it. */
            position: number;
            /** @enum {string} */
            reason: "turn" | "retry" | "paused" | "halted" | "breaker";
            since: string;
        };
        Webhook: {
            createdAt: string;
            description: string;
            /** @enum {string|null} */
            disabledBecause: "operator" | "gone" | "failing" | null;
            enabled: boolean;
            events: string[];
            /** @description Since when nothing was accepted that was sent. */
            failingSince: string | null;
            id: string;
            /** @description Until when the secret before this one signs, too. */
            previousSecretUntil: string | null;
            updatedAt: string;
            url: string;
        };
        WebhookDelivery: {
            attempts: number;
            finishedAt: string | null;
            /** @description The header `webhook-id`: of an operation or a domain event its own id. */
            id: string;
            /** @enum {string|null} */
            lastError: "status" | "timeout" | "unreachable" | "address-refused" | null;
            /** @description Of the last attempt. */
            lastStatus: number | null;
            /** @description Null while it waits for another of its user, and when it is over. */
            nextAttemptAt: string | null;
            occurredAt: string;
            /** @enum {string} */
            state: "failed" | "pending" | "delivered";
            type: string;
            /** @description Whose event it is; those of one user are sent one after the other. Null for a test. */
            userId: string | null;
        };
        WebhookWithSecret: {
            createdAt: string;
            description: string;
            /** @enum {string|null} */
            disabledBecause: "operator" | "gone" | "failing" | null;
            enabled: boolean;
            events: string[];
            /** @description Since when nothing was accepted that was sent. */
            failingSince: string | null;
            id: string;
            /** @description Until when the secret before this one signs, too. */
            previousSecretUntil: string | null;
            secret: string;
            updatedAt: string;
            url: string;
        };
        WorkerView: {
            id: string;
            lastSeen: string;
            /** @description Writes that it carries out now. */
            running: number;
            since: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    CustomersController_read: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The resource. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerView"];
                };
            };
        };
    };
    CustomersController_update: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                userId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateCustomer"];
            };
        };
        responses: {
            /** @description With `Prefer: wait`: the outcome that a synchronous interface would give. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerView"];
                };
            };
            /** @description The write is durable and waits for its turn. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationView"];
                };
            };
        };
    };
    OperationEventsController_events: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events of the type `operation`, one for each change, with an OperationView as their data. Their ids grow within a user. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
        };
    };
    MeController_read: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The resource. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
        };
    };
    OperationsController_list: {
        parameters: {
            query?: {
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                kind?: "user.register" | "user.update" | "user.change-password" | "user.set-roles" | "user.set-claims" | "user.delete" | "user.restore" | "user.purge" | "customer.update" | "order.place" | "order.change" | "order.pay" | "order.cancel" | "order.ship" | "order.deliver" | "event.user-deleted" | "event.user-updated" | "repair.user";
                limit?: number;
                state?: "queued" | "running" | "retrying" | "succeeded" | "failed" | "cancelled" | "rejected";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page; `nextCursor` is null on the last. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["OperationView"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    OperationsController_read: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The resource. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationView"];
                };
            };
        };
    };
    OperationsController_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationView"];
                };
            };
        };
    };
    OperationEventsController_eventsOfOne: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events of the type `operation`, one for each change, with an OperationView as their data. Their ids grow within a user. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description It is over, and the client has had all of its events. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    AuditController_list: {
        parameters: {
            query?: {
                action?: "lane.pause" | "lane.resume" | "lane.release" | "operation.retry" | "operation.cancel" | "operation.reveal" | "user.suspend" | "user.reinstate" | "user.grant-admin" | "user.end-sessions" | "bulk.begin" | "bulk.abort" | "integrity.run" | "integrity.repair" | "audit.reveal" | "user.read" | "user.list" | "customer.read" | "order.read" | "order.list" | "operation.read" | "lane.search" | "audit.read" | "webhook.create" | "webhook.change" | "webhook.delete" | "webhook.disable" | "webhook.rotate-secret" | "webhook.test" | "webhook.replay" | "service.went-back" | "ledger.went-back" | "user.register" | "user.register failed" | "user.register cancelled" | "user.register rejected" | "user.update" | "user.update failed" | "user.update cancelled" | "user.update rejected" | "user.change-password" | "user.change-password failed" | "user.change-password cancelled" | "user.change-password rejected" | "user.set-roles" | "user.set-roles failed" | "user.set-roles cancelled" | "user.set-roles rejected" | "user.set-claims" | "user.set-claims failed" | "user.set-claims cancelled" | "user.set-claims rejected" | "user.delete" | "user.delete failed" | "user.delete cancelled" | "user.delete rejected" | "user.restore" | "user.restore failed" | "user.restore cancelled" | "user.restore rejected" | "user.purge" | "user.purge failed" | "user.purge cancelled" | "user.purge rejected" | "customer.update" | "customer.update failed" | "customer.update cancelled" | "customer.update rejected" | "order.place" | "order.place failed" | "order.place cancelled" | "order.place rejected" | "order.change" | "order.change failed" | "order.change cancelled" | "order.change rejected" | "order.pay" | "order.pay failed" | "order.pay cancelled" | "order.pay rejected" | "order.cancel" | "order.cancel failed" | "order.cancel cancelled" | "order.cancel rejected" | "order.ship" | "order.ship failed" | "order.ship cancelled" | "order.ship rejected" | "order.deliver" | "order.deliver failed" | "order.deliver cancelled" | "order.deliver rejected" | "event.user-deleted" | "event.user-deleted failed" | "event.user-deleted cancelled" | "event.user-deleted rejected" | "event.user-updated" | "event.user-updated failed" | "event.user-updated cancelled" | "event.user-updated rejected" | "repair.user" | "repair.user failed" | "repair.user cancelled" | "repair.user rejected";
                /** @description Who did it. */
                actorId?: string;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                limit?: number;
                /**
                 * @description Whether entries of what was only read are listed, too: `true`, all of them; `false`, none; left out, those of users'
                 *     data. An `action` that is asked for is always listed.
                 */
                reads?: "true" | "false";
                /** @description To whom it was done. */
                userId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page; `nextCursor` is null on the last. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["AuditEntry"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    AuditController_reveal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StatedReason"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEntry"];
                };
            };
        };
    };
    BulkController_list: {
        parameters: {
            query?: {
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page; `nextCursor` is null on the last. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["BulkRun"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    BulkController_begin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkRequest"];
            };
        };
        responses: {
            /** @description With `dryRun` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkCount"];
                };
            };
            /** @description The run, which goes on. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkRun"];
                };
            };
        };
    };
    BulkController_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkRun"];
                };
            };
        };
    };
    BulkController_abort: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkRun"];
                };
            };
        };
    };
    OverviewController_failures: {
        parameters: {
            query?: {
                /** @description Of writes that were accepted then or later; left out, in the last day. */
                from?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The items. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["FailureGroup"][];
                    };
                };
            };
        };
    };
    IntegrityController_list: {
        parameters: {
            query?: {
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page; `nextCursor` is null on the last. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["IntegrityRun"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    IntegrityController_begin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The run, which goes on. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IntegrityRun"];
                };
            };
        };
    };
    IntegrityController_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IntegrityRun"];
                };
            };
        };
    };
    IntegrityController_repair: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Repair"];
                };
            };
        };
    };
    OverviewController_lanes: {
        parameters: {
            query?: {
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                limit?: number;
                /** @description A user's id, or part of an e-mail address or of a name. */
                search?: string;
                /** @description The deepest first, or those whose head is the oldest. */
                sort?: "depth" | "age";
                /** @description `busy`: those in which something waits or runs. */
                state?: "open" | "paused" | "halted" | "deleting" | "deleted" | "busy";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page; `nextCursor` is null on the last. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["LaneView"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    OpsController_lane: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LaneView"];
                };
            };
        };
    };
    OpsController_pause: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                userId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LaneView"];
                };
            };
        };
    };
    OpsController_release: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                userId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReleaseLane"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LaneView"];
                };
            };
        };
    };
    OpsController_resume: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                userId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LaneView"];
                };
            };
        };
    };
    LiveController_live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events with an OpsSummary as their data. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
        };
    };
    OverviewController_operations: {
        parameters: {
            query?: {
                /** @description Who asked for it. */
                actorId?: string;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                /** @description Accepted then or later. */
                from?: string;
                kind?: "user.register" | "user.update" | "user.change-password" | "user.set-roles" | "user.set-claims" | "user.delete" | "user.restore" | "user.purge" | "customer.update" | "order.place" | "order.change" | "order.pay" | "order.cancel" | "order.ship" | "order.deliver" | "event.user-deleted" | "event.user-updated" | "repair.user";
                limit?: number;
                /** @description The code of the problem that it failed or waits with. */
                problem?: "invalid-request" | "invalid-json" | "unauthenticated" | "invalid-credentials" | "forbidden" | "user-suspended" | "not-found" | "method-not-allowed" | "email-taken" | "order-state-conflict" | "user-deleting" | "last-administrator" | "user-not-deleted" | "deletion-restricted" | "operation-not-cancellable" | "operation-pending" | "user-deleted" | "version-conflict" | "request-timeout" | "payload-too-large" | "unsupported-media-type" | "idempotency-key-reused" | "headers-too-large" | "rate-limited" | "lane-full" | "internal-error" | "unavailable" | "deadline-exceeded" | "stale-fence" | "undo-refused" | "ended-by-operator" | "lane-not-halted" | "step-impossible" | "step-sealed";
                state?: "queued" | "running" | "retrying" | "succeeded" | "failed" | "cancelled" | "rejected";
                /** @description Accepted before. */
                to?: string;
                /** @description In whose lane. */
                userId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page; `nextCursor` is null on the last. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["OperationView"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    OpsController_operation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpsOperationView"];
                };
            };
        };
    };
    OpsController_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationView"];
                };
            };
        };
    };
    OpsController_retry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationView"];
                };
            };
        };
    };
    OpsController_reveal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StatedReason"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevealedOperation"];
                };
            };
        };
    };
    OverviewController_samples: {
        parameters: {
            query?: {
                /** @description Left out, an hour ago. */
                from?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The items. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Sample"][];
                    };
                };
            };
        };
    };
    OverviewController_services: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServiceView"][];
                };
            };
        };
    };
    OverviewController_summary: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpsSummary"];
                };
            };
        };
    };
    SuspensionController_reinstate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StatedReason"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LaneView"];
                };
            };
        };
    };
    SuspensionController_suspend: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StatedReason"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LaneView"];
                };
            };
        };
    };
    WebhooksController_list: {
        parameters: {
            query?: {
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page; `nextCursor` is null on the last. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Webhook"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    WebhooksController_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateWebhook"];
            };
        };
        responses: {
            /** @description The webhook. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookWithSecret"];
                };
            };
        };
    };
    WebhooksController_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    WebhooksController_remove: {
        parameters: {
            query?: {
                reason?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    WebhooksController_change: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeWebhook"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    WebhooksController_deliveries: {
        parameters: {
            query?: {
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                limit?: number;
                state?: "pending" | "delivered" | "failed";
                userId?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page; `nextCursor` is null on the last. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["WebhookDelivery"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    WebhooksController_replay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                deliveryId: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
        };
    };
    WebhooksController_replayRange: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReplayRange"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replayed"];
                };
            };
        };
    };
    WebhooksController_rotate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookWithSecret"];
                };
            };
        };
    };
    WebhooksController_test: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
        };
    };
    OrdersController_list: {
        parameters: {
            query?: {
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                limit?: number;
                status?: "placed" | "paid" | "shipped" | "delivered" | "cancelled";
                /** @description Administrators: whose orders; left out, the caller's own. */
                userId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page; `nextCursor` is null on the last. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["OrderView"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    OrdersController_place: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PlaceOrder"];
            };
        };
        responses: {
            /** @description With `Prefer: wait`: the outcome that a synchronous interface would give. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderView"];
                };
            };
            /** @description The write is durable and waits for its turn. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationView"];
                };
            };
        };
    };
    OrdersController_read: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The resource. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderView"];
                };
            };
        };
    };
    OrdersController_change: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeOrder"];
            };
        };
        responses: {
            /** @description With `Prefer: wait`: the outcome that a synchronous interface would give. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderView"];
                };
            };
            /** @description The write is durable and waits for its turn. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationView"];
                };
            };
        };
    };
    OrdersController_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CancelOrder"];
            };
        };
        responses: {
            /** @description With `Prefer: wait`: the outcome that a synchronous interface would give. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderView"];
                };
            };
            /** @description The write is durable and waits for its turn. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationView"];
                };
            };
        };
    };
    OrdersController_deliver: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description With `Prefer: wait`: the outcome that a synchronous interface would give. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderView"];
                };
            };
            /** @description The write is durable and waits for its turn. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationView"];
                };
            };
        };
    };
    OrdersController_pay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PayOrder"];
            };
        };
        responses: {
            /** @description With `Prefer: wait`: the outcome that a synchronous interface would give. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderView"];
                };
            };
            /** @description The write is durable and waits for its turn. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationView"];
                };
            };
        };
    };
    OrdersController_ship: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ShipOrder"];
            };
        };
        responses: {
            /** @description With `Prefer: wait`: the outcome that a synchronous interface would give. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderView"];
                };
            };
            /** @description The write is durable and waits for its turn. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationView"];
                };
            };
        };
    };
    SessionsController_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionEntries"];
                };
            };
        };
    };
    SessionsController_signIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
        };
    };
    SessionsController_end: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    SessionsController_signOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    SessionsController_refresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RefreshSession"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
        };
    };
    UsersController_list: {
        parameters: {
            query?: {
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                limit?: number;
                /** @description Part of an e-mail address or of a name. */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page; `nextCursor` is null on the last. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["UserView"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    UsersController_register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RegisterUser"];
            };
        };
        responses: {
            /** @description With `Prefer: wait`: the outcome that a synchronous interface would give. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description The write is durable and waits for its turn. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationView"];
                };
            };
        };
    };
    UsersController_read: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The resource. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
        };
    };
    UsersController_delete: {
        parameters: {
            query?: {
                /** @description What happens to the writes that wait before the deletion: they run, or are cancelled. */
                pending?: "run" | "cancel";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CurrentPassword"];
            };
        };
        responses: {
            /** @description The write is durable and waits for its turn. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationView"];
                };
            };
            /** @description With `Prefer: wait`: the outcome that a synchronous interface would give. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    UsersController_update: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateUser"];
            };
        };
        responses: {
            /** @description With `Prefer: wait`: the outcome that a synchronous interface would give. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description The write is durable and waits for its turn. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationView"];
                };
            };
        };
    };
    UsersController_setClaims: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetClaims"];
            };
        };
        responses: {
            /** @description With `Prefer: wait`: the outcome that a synchronous interface would give. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description The write is durable and waits for its turn. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationView"];
                };
            };
        };
    };
    UsersController_changePassword: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangePassword"];
            };
        };
        responses: {
            /** @description With `Prefer: wait`: the outcome that a synchronous interface would give. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description The write is durable and waits for its turn. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationView"];
                };
            };
        };
    };
    UsersController_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description With `Prefer: wait`: the outcome that a synchronous interface would give. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RestoredUser"];
                };
            };
            /** @description The write is durable and waits for its turn. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationView"];
                };
            };
        };
    };
    UsersController_setRoles: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetRoles"];
            };
        };
        responses: {
            /** @description With `Prefer: wait`: the outcome that a synchronous interface would give. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description The write is durable and waits for its turn. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationView"];
                };
            };
        };
    };
    UserSessionsController_endAll: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CurrentPassword"];
            };
        };
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
