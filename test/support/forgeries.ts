// Every way that is known to make a token which must not be accepted, from one that is. Signed by hand: a library
// would refuse to write most of them.
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign,
} from 'node:crypto';
import type { JWK } from 'jose';

export interface Genuine {
  /** The private key that signs such tokens. */
  key: JWK;
  header: { alg: string; typ: string; kid: string };
  claims: Record<string, unknown> & { iat: number; exp: number; aud: string };
  /** Seconds that such a token may live. */
  lifetime: number;
  /** Claims without which it says too little. */
  required: readonly string[];
}

/** What is sent as `Authorization`; more than one stands for a header that is sent twice. */
export type Credentials = readonly string[];

/** Longer than anything that is ours, and still let through by Node. */
const LONG_TOKEN = 12_000;

const base64url = (value: object | string | Buffer): string =>
  (Buffer.isBuffer(value)
    ? value
    : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
  ).toString('base64url');

/** Signs with Ed25519, whatever the header says. */
export function signed(header: object, claims: object | string, key: JWK): string {
  const input = `${base64url(header)}.${base64url(claims)}`;
  const privateKey = createPrivateKey({ key: key as never, format: 'jwk' });
  return `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`;
}

/** @returns by what is wrong with them, credentials of which none may be accepted */
export function forgeriesOf(genuine: Genuine): Record<string, Credentials> {
  const tokens = {
    ...withoutSignature(genuine),
    ...withOtherAlgorithms(genuine),
    ...withOtherHeaders(genuine),
    ...withOtherClaims(genuine),
    ...ofOtherKeys(genuine),
    ...spoilt(genuine),
  };
  const asBearer = Object.entries(tokens).map(([what, token]) => [what, [`Bearer ${token}`]] as const);
  return { ...Object.fromEntries(asBearer), ...spoiltHeaders(genuine) };
}

function withoutSignature({ key, header, claims }: Genuine): Record<string, string> {
  const signature = signed(header, claims, key).split('.')[2]!;
  const variants = ['none', 'None', 'NONE', 'nOnE', ''].flatMap((alg) => {
    const unsigned = `${base64url({ ...header, alg })}.${base64url(claims)}`;
    return [
      [`alg "${alg}", unsigned`, `${unsigned}.`],
      [`alg "${alg}", signed`, `${unsigned}.${signature}`],
    ];
  });
  return Object.fromEntries(variants) as Record<string, string>;
}

function withOtherAlgorithms({ key, header, claims }: Genuine): Record<string, string> {
  const publicKey = createPublicKey({
    key: { kty: key.kty, crv: key.crv, x: key.x } as never,
    format: 'jwk',
  });
  const secrets = {
    'its bytes': Buffer.from(key.x!, 'base64url'),
    'its text': key.x!,
    'its PEM': publicKey.export({ type: 'spki', format: 'pem' }),
    'its DER': publicKey.export({ type: 'spki', format: 'der' }),
    nothing: '',
  };
  const hmac = Object.entries(secrets).map(([what, secret]) => {
    const input = `${base64url({ ...header, alg: 'HS256' })}.${base64url(claims)}`;
    return [
      `HS256 with ${what}`,
      `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`,
    ];
  });
  const others = ['ES256', 'RS256', 'PS256', 'ES256K', 'HS256', 'dir'].map((alg) => [
    `alg ${alg}, signed with Ed25519`,
    signed({ ...header, alg }, claims, key),
  ]);
  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const input = `${base64url({ ...header, alg: 'ES256' })}.${base64url(claims)}`;
  const signature = sign('sha256', Buffer.from(input), {
    key: elliptic.privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return {
    ...(Object.fromEntries([...hmac, ...others]) as Record<string, string>),
    'ES256 with another key': `${input}.${signature.toString('base64url')}`,
    'ES256 with a signature of zeros': `${input}.${base64url(Buffer.alloc(64))}`,
    'without alg': signed({ typ: header.typ, kid: header.kid }, claims, key),
  };
}

function withOtherHeaders({ key, header, claims }: Genuine): Record<string, string> {
  const changed = (changes: object): string => signed({ ...header, ...changes }, claims, key);
  const kids = {
    unknown: randomUUID(),
    'that is a path': '../../../../dev/null',
    'that is SQL': `x' union select '${key.x}' --`,
    'that is an address': 'http://127.0.0.1:1/jwks.json',
    'that is a number': 7,
    'that is a list': [header.kid],
    'of an object': '__proto__',
  };
  const { alg, kid } = header;
  return {
    'typ JWT': changed({ typ: 'JWT' }),
    'typ of operations': changed({ typ: 'operation+jwt' }),
    'without typ': signed({ alg, kid }, claims, key),
    'without kid': signed({ alg, typ: header.typ }, claims, key),
    ...Object.fromEntries(
      Object.entries(kids).map(([what, value]) => [`kid ${what}`, changed({ kid: value })]),
    ),
    'crit that nobody knows': changed({ crit: ['x-grant'], 'x-grant': 'all' }),
    'crit that is empty': changed({ crit: [] }),
    'crit exp': changed({ crit: ['exp'], exp: claims.exp }),
    'b64 false': changed({ b64: false, crit: ['b64'] }),
  };
}

function withOtherClaims({ key, header, claims, lifetime, required }: Genuine): Record<string, string> {
  const now = Math.floor(Date.now() / 1000);
  const changed = (changes: object): string => signed(header, { ...claims, ...changes }, key);
  const without = (name: string): string => changed({ [name]: undefined });
  const missing = ['iss', 'aud', 'iat', 'exp', ...required].map((name) => [`without ${name}`, without(name)]);
  return {
    ...(Object.fromEntries(missing) as Record<string, string>),
    'iss another': changed({ iss: 'https://attacker.example' }),
    'iss a list': changed({ iss: [claims['iss']] }),
    'aud another': changed({ aud: 'somebody-else' }),
    'aud a list with others': changed({ aud: [claims.aud, 'somebody-else'] }),
    'aud a list': changed({ aud: [claims.aud] }),
    // Beyond what clocks may differ by.
    'exp past': changed({ iat: now - 55, exp: now - 35 }),
    'exp past, all of it': changed({ iat: now - lifetime - 60, exp: now - 60 }),
    'exp text': changed({ exp: String(now + 30) }),
    'exp endless': changed({ exp: Number.MAX_SAFE_INTEGER }),
    'exp too far': changed({ iat: now, exp: now + lifetime + 10 }),
    'iat too long ago': changed({ iat: now - lifetime - 30, exp: now + 30 }),
    'iat in the future': changed({ iat: now + 60, exp: now + 60 + lifetime }),
    'iat text': changed({ iat: String(now) }),
    'nbf in the future': changed({ nbf: now + 60 }),
    'nbf text': changed({ nbf: 'now' }),
    ...Object.fromEntries(
      required.map((name) => [`${name} an object`, changed({ [name]: { is: 'object' } })]),
    ),
    'claims that are a list': signed(header, [claims], key),
    'claims that are no JSON': signed(header, 'claims', key),
  };
}

function ofOtherKeys({ key, header, claims }: Genuine): Record<string, string> {
  const foreign = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as JWK;
  const publicPart = { kty: foreign.kty, crv: foreign.crv, x: foreign.x, kid: header.kid };
  const at = 'http://127.0.0.1:1/jwks.json';
  const by = (changes: object): string => signed({ ...header, ...changes }, claims, foreign);
  return {
    'another environment: another key of the same name': by({}),
    'another key of an unknown name': by({ kid: 'other' }),
    'jwk in the header': by({ jwk: publicPart }),
    'jwk in the header, of its name': by({ jwk: { ...publicPart, kid: 'attacker' }, kid: 'attacker' }),
    'jku in the header': by({ jku: at }),
    'x5u in the header': by({ x5u: at }),
    'x5c in the header': by({ x5c: [base64url(Buffer.from(foreign.x!))] }),
    'jwk in the header, of the right key, by another': by({ jwk: { kty: key.kty, crv: key.crv, x: key.x } }),
  };
}

function spoilt({ key, header, claims }: Genuine): Record<string, string> {
  const token = signed(header, claims, key);
  const [head, body, signature] = token.split('.') as [string, string, string];
  const flipped = Buffer.from(signature, 'base64url');
  flipped[10]! ^= 1;
  const last = token.at(-1)!;
  return {
    'signature stripped': `${head}.${body}.`,
    'signature and dot stripped': `${head}.${body}`,
    'signature truncated': token.slice(0, -4),
    'signature with a bit flipped': `${head}.${body}.${base64url(flipped)}`,
    'signature written otherwise': token.slice(0, -1) + String.fromCharCode(last.charCodeAt(0) + 1),
    'signature padded': `${token}=`,
    'signature doubled': `${token}${signature}`,
    'sub changed': `${head}.${base64url({ ...claims, sub: randomUUID() })}.${signature}`,
    'roles changed': `${head}.${base64url({ ...claims, roles: ['admin'] })}.${signature}`,
    'header changed': `${base64url({ ...header, extra: 1 })}.${body}.${signature}`,
    'a JWE': `${base64url({ alg: 'dir', enc: 'A256GCM', kid: header.kid })}..${base64url('iv')}.${body}.${signature}`,
    'four parts': `${token}.${signature}`,
    'no token at all': 'garbage',
    'a UUID': randomUUID(),
    'dots alone': '..',
    'a long one': `${head}.${body}.${'A'.repeat(LONG_TOKEN)}`,
  };
}

function spoiltHeaders({ key, header, claims }: Genuine): Record<string, Credentials> {
  const token = signed(header, claims, key);
  const [head, body, signature] = token.split('.') as [string, string, string];
  const signatures = [
    { protected: head, signature },
    { protected: head, signature },
  ];
  return {
    'JSON with two signatures': [`Bearer ${JSON.stringify({ payload: body, signatures })}`],
    'JSON with one signature': [`Bearer ${JSON.stringify({ payload: body, protected: head, signature })}`],
    'the header twice': [`Bearer ${token}`, `Bearer ${token}`],
    'the header twice, first another': ['Bearer x.y.z', `Bearer ${token}`],
    'the header twice, then another': [`Bearer ${token}`, 'Basic eDp5'],
    'two tokens': [`Bearer ${token} ${token}`],
    'two tokens with a comma': [`Bearer ${token}, Bearer ${token}`],
    'two spaces': [`Bearer  ${token}`],
    'a tab': [`Bearer\t${token}`],
    'no space': [`Bearer${token}`],
    'no scheme': [token],
    'another scheme': [`Basic ${token}`],
    'a scheme alone': ['Bearer'],
    quotes: [`Bearer "${token}"`],
    'a space within': [`Bearer ${token.slice(0, 20)} ${token.slice(20)}`],
  };
}
