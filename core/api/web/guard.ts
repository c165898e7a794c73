import { timingSafeEqual } from 'node:crypto';
import { socketProtocol, tokenPrefix } from '../transports/webSocket.ts';

/*
 * Who may talk to the local server. A page from elsewhere must not reach it: neither by guessing the address (the token),
 * nor by a name that it makes point at this machine (the host), nor through a socket from its own origin (the origin).
 */

export interface RequestHead {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-WebSocket-Protocol` as it came. */
  readonly protocols: string | undefined;
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Name in a `Host` header without the port, which differs behind a tunnel. */
export function hostName(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}

/** @param names further names under which the server was asked to be reachable */
export function isAllowedHost(host: string | undefined, names: readonly string[]): boolean {
  if (host === undefined) return false;
  const name = hostName(host);
  return loopbackNames.has(name) || names.includes(name);
}

/** Why a socket is refused; undefined when it is welcome. */
export function socketObstacle(head: RequestHead, token: string, names: readonly string[]): { status: number; reason: string } | undefined {
  if (!isAllowedHost(head.host, names)) return { status: 421, reason: 'This server is not reachable under that name.' };
  if (head.origin !== `http://${head.host}`) return { status: 403, reason: 'Only pages from this server may connect.' };
  const offered = (head.protocols ?? '').split(',').map((each) => each.trim());
  if (!offered.includes(socketProtocol)) return { status: 400, reason: `Expected the protocol ${socketProtocol}.` };
  const given = offered.find((each) => each.startsWith(tokenPrefix))?.slice(tokenPrefix.length);
  if (given === undefined || !isSame(given, token)) {
    return { status: 401, reason: 'The token is missing or wrong; open the address that "pocketformer serve" printed.' };
  }
  return undefined;
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
