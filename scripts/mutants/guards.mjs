// The guards that `npm run mutants` takes out. Each is a text of one source file, or several, with what stands there
// without it; `tests` are those that prove it, by file and a part of their name.
import { AUTHORISATION } from './authorisation.mjs';
import { INPUT } from './input.mjs';
import { LANES } from './lanes.mjs';
import { LIMITS } from './limits.mjs';
import { PRIVACY } from './privacy.mjs';
import { SESSIONS } from './sessions.mjs';
import { SETTINGS } from './settings.mjs';
import { TOKENS } from './tokens.mjs';

export const GUARDS = [
  ...AUTHORISATION,
  ...TOKENS,
  ...SESSIONS,
  ...LIMITS,
  ...INPUT,
  ...LANES,
  ...PRIVACY,
  ...SETTINGS,
];
