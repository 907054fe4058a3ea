import type { PersonalColumns } from '@turnpike/service';

/** What a purge erases of an invoice. */
export const INVOICE_COLUMNS: PersonalColumns = { bill_to: 'null', void_reason: 'null' };
