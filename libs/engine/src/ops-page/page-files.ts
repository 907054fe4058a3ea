import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { Injectable } from '@nestjs/common';
import { Problem } from '@turnpike/service';
import { GatewayConfig, publicPath } from '../config.js';

/** Beside the build of the gateway, of which this file is a part: dist/gateway/libs/engine/src/ops-page. */
const FOLDER = path.resolve(__dirname, '../../../../../dashboard');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

const INDEX = 'index.html';

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
  private readonly files: ReadonlyMap<string, File>;

  constructor(config: GatewayConfig) {
    const path = publicPath(config);
    this.files = new Map(existsSync(FOLDER) ? filesIn(FOLDER).map((name) => [name, read(name, path)]) : []);
  }

  /** @param name relative to the page's address */
  find(name: string): File | undefined {
    return this.files.get(name);
  }

  /** @throws Problem 404 where there is no build */
  index(): File {
    const index = this.find(INDEX);
    if (!index) throw new Problem('not-found', 'The dashboard is not built: `npm run build`.');
    return index;
  }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.relative(folder, path.join(parentPath, name)));
}

function read(name: string, before: string): File {
  const built = readFileSync(path.join(FOLDER, name));
  const content = name === INDEX ? located(built, before) : built;
  return {
    content,
    zipped: gzipSync(content),
    type: TYPES[path.extname(name)] ?? 'application/octet-stream',
    isHashed: name.startsWith(`assets${path.sep}`),
  };
}

/**
 * The page is shown at many depths, so what it loads has whole paths; and it has to know what a proxy puts before them.
 * The build leaves both open: one build serves every installation.
 */
function located(page: Buffer, before: string): Buffer {
  const text = page.toString().replaceAll('="./', `="${before}/ops/`);
  return Buffer.from(text.replace('name="base" content=""', `name="base" content="${before}"`));
}
