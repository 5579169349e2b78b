import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Labels of letters, digits, hyphens and underscores; the last may be followed by the dot of the root. */
const NAME = /^(?=.{1,254}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*\.?$/;

/** `2130706433`, `0x7f.1`, `127.1`, `0177.0.0.1`: resolvers take what ends in a number for an address, each in its own way. */
const ENDS_IN_NUMBER = /(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$/;

/**
 * A host in the one spelling that every resolver reads alike.
 *
 * @returns '' for none; undefined for what is neither a name in ASCII, an IP address nor the folder of a Unix socket.
 */
export function readHost(text: string): string | undefined {
  if (text === '' || text.startsWith('/')) return text;
  const host = text.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  if (isIPv4(host)) return host;
  // No zone: `fe80::1%lo` is an address only together with an interface of this machine.
  if (host.includes(':')) return isIPv6(host) && !host.includes('%') ? shortest(host) : undefined;
  return NAME.test(host) && !ENDS_IN_NUMBER.test(host) ? host : undefined;
}

function shortest(ipv6: string): string {
  return new URL(`http://[${ipv6}]`).hostname.slice(1, -1);
}

const local = new BlockList();
local.addSubnet('127.0.0.0', 8, 'ipv4');
// "This host on this network": connecting to 0.0.0.0 reaches the machine itself.
local.addSubnet('0.0.0.0', 8, 'ipv4');
// ::, ::1 and the old way to write an IPv4 address in six. The newer one, ::ffff:0:0/96, BlockList reads as IPv4.
local.addSubnet('::', 96, 'ipv6');

/** Names that mean this machine in RFC 6761 and in the hosts files of the distributions. */
const LOCAL_NAME = /^(?:(?:.*\.)?localhost|localhost[46]?(?:\.localdomain[46]?)?|ip6-(?:localhost|loopback)|loopback)$/;

/**
 * Does the host say by itself that it is this machine? A Unix socket, a loopback or unspecified address, a name reserved for
 * it. Where any other name leads is seen when the connection is there: see `openSocket`.
 */
export function isThisMachine(host: string): boolean {
  if (host.startsWith('/')) return true;
  if (isIPv4(host) || isIPv6(host)) return local.check(host, isIPv4(host) ? 'ipv4' : 'ipv6');
  return LOCAL_NAME.test(host.replace(/\.$/, ''));
}
