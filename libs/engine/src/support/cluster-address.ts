/** The protocols of the address of a Redis Cluster, the second with TLS. */
const CLUSTER = /^redis(s?)\+cluster:\/\//;

const DEFAULT_PORT = 6379;

/** Some servers of a Redis Cluster, which tell of the others, and what they all ask for. */
export interface ClusterAddress {
  nodes: { host: string; port: number }[];
  username: string | undefined;
  password: string | undefined;
  /** Whether its servers speak TLS. */
  tls: boolean;
}

export function isCluster(url: string): boolean {
  return CLUSTER.test(url);
}

/**
 * @param url `redis+cluster://[user:password@]host:port,host:port`, or `rediss+cluster://` and the same; the password may have an @ of its own
 * @returns null for what is no such address
 */
export function clusterAddressOf(url: string): ClusterAddress | null {
  const tls = CLUSTER.exec(url)?.[1] === 's';
  const rest = url.replace(CLUSTER, '').replace(/\/$/, '');
  const end = rest.lastIndexOf('@');
  try {
    const nodes = rest
      .slice(end + 1)
      .split(',')
      .map(nodeOf);
    return { nodes, tls, ...credentialsOf(rest.slice(0, Math.max(0, end))) };
  } catch {
    return null;
  }
}

/** @throws for what is no host with or without a port */
function nodeOf(text: string): ClusterAddress['nodes'][number] {
  if (/[/?#\s]/.test(text)) throw new Error('more than a host');
  // A protocol whose hosts may be of version 6, and whose usual port is no other.
  const { hostname, port } = new URL(`redis://${text}`);
  if (hostname === '') throw new Error('no host');
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port || DEFAULT_PORT) };
}

/** @throws for a % that begins no character */
function credentialsOf(text: string): Pick<ClusterAddress, 'username' | 'password'> {
  const colon = text.indexOf(':');
  if (colon < 0) return { username: decodeURIComponent(text) || undefined, password: undefined };
  const [username, password] = [text.slice(0, colon), text.slice(colon + 1)].map(decodeURIComponent);
  return { username: username || undefined, password: password || undefined };
}
