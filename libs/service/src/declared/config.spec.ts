import { readMigrationConfig, readServiceConfig } from './config.js';

describe('the settings of a service', () => {
  it('have the name of the service in them', () => {
    const read = readServiceConfig('gift-cards', 3005, {
      GIFT_CARDS_PORT: '4005',
      GIFT_CARDS_DATABASE_URL: 'postgres://cards@db/cards',
    });
    expect(read).toMatchObject({ port: 4005, databaseUrl: 'postgres://cards@db/cards' });
  });

  it('are those of a machine of its own where nothing is set', () => {
    expect(readServiceConfig('gift-cards', 3005, {})).toMatchObject({
      ...{ host: '127.0.0.1', port: 3005, production: false, metrics: { port: 9469, wasGiven: false } },
      databaseUrl: 'postgres://turnpike:turnpike@127.0.0.1:5432/gift_cards',
    });
  });

  it('are required in production, and named', () => {
    const variables = { NODE_ENV: 'production', SERVICE_VERIFY_KEYS: '' };
    expect(() => readServiceConfig('loyalty', 3004, variables)).toThrow('LOYALTY_DATABASE_URL is required');
    expect(() => readMigrationConfig('loyalty', variables)).toThrow('LOYALTY_DATABASE_URL is required');
  });

  it('name the role of the process for the migration', () => {
    const { role } = readMigrationConfig('loyalty', { LOYALTY_DATABASE_RUNTIME_ROLE: 'loyalty_runtime' });
    expect(role).toEqual({ name: 'loyalty_runtime', variable: 'LOYALTY_DATABASE_RUNTIME_ROLE' });
  });
});
