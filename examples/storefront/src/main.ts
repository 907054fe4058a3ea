import { Turnpike } from '@turnpike/client';
import { enterShop } from './shop.js';
import { welcome } from './welcome.js';

/** Empty: the gateway is behind the page's own origin. The tokens stay in memory, so a reload signs out. */
const baseUrl = (import.meta.env['VITE_GATEWAY_URL'] as string | undefined) ?? '';

/** One client for one visitor, from before signing in to after signing out. */
function begin(): void {
  const turnpike = new Turnpike({ baseUrl });
  welcome(turnpike, () => enterShop(turnpike, begin));
}

begin();
