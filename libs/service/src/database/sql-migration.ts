import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Statements of a migration, in their order. */
export interface SqlSteps {
  up: readonly string[];
  down: readonly string[];
}

/**
 * @param name ends with the time of its making, in milliseconds: migrations are made in the order of these
 * @returns a migration that consists of nothing but statements
 */
export function sqlMigration(name: string, { up, down }: SqlSteps): new () => MigrationInterface {
  return class implements MigrationInterface {
    name = name;

    up(runner: QueryRunner): Promise<void> {
      return send(runner, up);
    }

    down(runner: QueryRunner): Promise<void> {
      return send(runner, down);
    }
  };
}

async function send(runner: QueryRunner, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await runner.query(statement);
}
