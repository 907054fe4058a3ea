import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { Injectable } from '@nestjs/common';
import { Problem } from '@turnpike/service';

/** Beside the build of the gateway, of which this file is a part: dist/gateway/gateway/src/dashboard. */
const FOLDER = path.resolve(__dirname, '../../../../dashboard');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

export interface File {
  content: Buffer;
  zipped: Buffer;
  type: string;
  /** Its name says what it holds, so it never changes. */
  isHashed: boolean;
}

/** The files of the dashboard's build, in memory: together they are smaller than one answer of a list may be. */
@Injectable()
export class PageFiles {
  private readonly files = new Map(
    existsSync(FOLDER) ? filesIn(FOLDER).map((name) => [name, read(name)]) : [],
  );

  /** @param name relative to the page's address */
  find(name: string): File | undefined {
    return this.files.get(name);
  }

  /** @throws Problem 404 where there is no build */
  index(): File {
    const index = this.find('index.html');
    if (!index) throw new Problem('not-found', 'The dashboard is not built: `npm run build`.');
    return index;
  }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.relative(folder, path.join(parentPath, name)));
}

function read(name: string): File {
  const content = readFileSync(path.join(FOLDER, name));
  return {
    content,
    zipped: gzipSync(content),
    type: TYPES[path.extname(name)] ?? 'application/octet-stream',
    isHashed: name.startsWith(`assets${path.sep}`),
  };
}
