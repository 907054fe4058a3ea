import { Injectable } from '@nestjs/common';
import type { Manifest, ServiceDeclaration } from '@turnpike/protocol';
import type { Surroundings } from './checks/candidate.js';
import type { Route } from './checks/route.js';
import { compiledProblems } from './teach.js';
import { Catalogue } from '../definitions/catalogue.js';

/** The routes that the application has controllers for, whatever the role of the process. */
export class ApplicationRoutes {
  constructor(readonly routes: readonly Route[]) {}
}

/** What the process had before it read any manifest: it is made while the application is put together. */
@Injectable()
export class CompiledIn {
  private readonly declarations: readonly ServiceDeclaration[];
  private readonly problems: readonly string[] = compiledProblems();

  constructor(
    private readonly catalogue: Catalogue,
    private readonly own: ApplicationRoutes,
  ) {
    this.declarations = [...catalogue.current()];
  }

  /** Whether that service is declared already: what it says of itself adds nothing. */
  has(service: string): boolean {
    return this.declarations.some((declaration) => declaration.service === service);
  }

  /** @returns what a manifest has to agree with beside those others */
  with(others: readonly Manifest[]): Surroundings {
    return {
      others: [...this.declarations, ...others],
      routes: this.own.routes,
      problems: this.problems,
      subject: this.catalogue.subject,
    };
  }
}
