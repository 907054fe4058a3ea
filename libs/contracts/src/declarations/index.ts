export * from './customers.js';
export * from './invoices.js';
export * from './orders.js';
export * from './services.js';
export * from './users.js';
export * from './steps.js';
