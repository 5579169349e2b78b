import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import pg from 'pg';
import { giveCertificate, makeAuthority } from '../../support/certificates.js';
import { startOwnServer, runOn } from '../../support/own-server.js';
import { openProxy } from '../../support/proxy.js';
import { urlAt, type Site, type TlsSite } from './connecting.js';
import { LOGIN, PASSWORD, POST_TEXT } from './planted.js';

/** Servers and a wire, as `Site` says. */
export async function prepareSite(): Promise<Site & { close: () => Promise<void> }> {
  const [plain, other, nobody] = await Promise.all([startOwnServer(), startOwnServer(), closedPort()]);
  await plain.run(`CREATE ROLE ${LOGIN} LOGIN PASSWORD ${pg.escapeLiteral(PASSWORD)}`);
  await plain.setHba(`host template1 ${LOGIN} 127.0.0.1/32 reject\nhost all all 127.0.0.1/32 scram-sha-256\n`);
  const proxy = await openProxy(urlAt(`127.0.0.1:${plain.port}/postgres`));
  const made: Site['made'] = [];
  return {
    ...{ plain, other, nobody, proxy, made },
    async close() {
      for (const dataSource of made) if (dataSource.isInitialized) await dataSource.destroy();
      await proxy.down();
      await Promise.all([plain.stop(), other.stop()]);
    },
  };
}

/** The same site with a certificate for `localhost`. The caller removes the folders of the authorities. */
export async function withCertificates(site: Site): Promise<TlsSite> {
  const [ours, foreign] = await Promise.all([makeAuthority(), makeAuthority()]);
  await giveCertificate(site.other, ours, 'DNS:localhost');
  return { ...site, ours, foreign };
}

/** Makes a database raise the text of a post at whatever is written to its first tables, or created. */
export async function plantTrigger(url: string, at: 'CREATE' | 'INSERT'): Promise<void> {
  const raise = `RAISE EXCEPTION USING MESSAGE = ${pg.escapeLiteral(POST_TEXT)}, DETAIL = ${pg.escapeLiteral(POST_TEXT)}`;
  const returns = at === 'CREATE' ? 'event_trigger' : 'trigger';
  await runOn(url, `CREATE FUNCTION planted() RETURNS ${returns} LANGUAGE plpgsql AS $f$ BEGIN ${raise}; END $f$`);
  await runOn(
    url,
    at === 'CREATE'
      ? `CREATE EVENT TRIGGER planted ON ddl_command_start WHEN TAG IN ('CREATE TYPE') EXECUTE FUNCTION planted()`
      : 'CREATE TRIGGER planted BEFORE INSERT ON archetypes FOR EACH ROW EXECUTE FUNCTION planted()',
  );
}

/** Does all of it, a few at a time; the results in order. */
export async function inTurns<T, R>(all: readonly T[], atOnce: number, work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < all.length; index = next++) results[index] = await work(all[index] as T);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
