/** For services on Express 4 and 5, Connect, or Node's own server: `@shared/db/express`. Imports no web framework. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { DataSource } from 'typeorm';
import { drain } from '../connection/pool.js';
import { RETRY_AFTER_SECONDS, toHttpProblem } from '../errors/http-problem.js';
import { createHealthCheck, createUnknownReport, type HealthCheckOptions, type HealthReport } from '../health/check.js';
import { toPublicReport } from '../health/public-report.js';

export { toHttpProblem, type HttpProblem } from '../errors/http-problem.js';
export type { PublicHealthReport } from '../health/public-report.js';

type Next = (error?: unknown) => void;

export interface HealthRouterOptions extends HealthCheckOptions {
  /** Receives each report that is not `ok`, with its reason; it names host, port and database, so it belongs into the log. */
  onUnhealthy?: (report: HealthReport) => void;
}

/**
 * Answers `GET /live` (200 while the process runs; asks nothing of the database) and `GET /ready` (200 when the database can be used,
 * else 503). The body names no host, port or database.
 *
 *     app.use('/health', createHealthRouter(dataSource, { onUnhealthy: ({ reason }) => logger.warn(reason) }));
 */
export function createHealthRouter(
  dataSource: DataSource,
  { onUnhealthy = () => undefined, ...options }: HealthRouterOptions = {},
): (request: IncomingMessage, response: ServerResponse, next: Next) => void {
  const check = createHealthCheck(dataSource, options);
  const answer = async (response: ServerResponse): Promise<void> => {
    const report = await check().catch(() => createUnknownReport('The health check itself failed.'));
    if (report.status !== 'ok') onUnhealthy(report);
    sendJson(response, report.status === 'ok' ? 200 : 503, toPublicReport(report));
  };
  return (request, response, next) => {
    const path = (request.url ?? '').replace(/[?#].*$/, '');
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (isRead && path === '/live') sendJson(response, 200, { status: 'ok' });
    else if (isRead && path === '/ready') answer(response).catch(next);
    else next();
  };
}

/**
 * Error middleware: answers errors of this package with `application/problem+json` and the status of `toHttpProblem`, and passes every
 * other error on. Put it after the routes: `app.use(handleDatabaseErrors)`.
 */
export function handleDatabaseErrors(
  error: unknown,
  _request: IncomingMessage,
  response: ServerResponse,
  next: Next,
): void {
  const problem = toHttpProblem(error);
  if (problem === undefined || response.headersSent) {
    next(error);
    return;
  }
  if (problem.status === 503) response.setHeader('Retry-After', RETRY_AFTER_SECONDS);
  sendJson(response, problem.status, problem, 'application/problem+json');
}

/**
 * Shuts a service down: accepts no new connection, waits until running requests are answered and the pool is idle, then closes the pool.
 *
 *     process.once('SIGTERM', () => void shutDown(server, dataSource));
 *
 * @param deadlineMs how long to wait for running requests, and then for running statements, in milliseconds. Default 10,000.
 * @returns false when requests or statements were interrupted; PostgreSQL rolls their transactions back
 */
export async function shutDown(server: Server, dataSource: DataSource, deadlineMs = 10_000): Promise<boolean> {
  let interrupted = false;
  const limit = setTimeout(() => {
    interrupted = true;
    server.closeAllConnections();
  }, deadlineMs);
  await new Promise<void>((resolve) => {
    // An error says that the server does not listen.
    server.close(() => {
      resolve();
    });
    server.closeIdleConnections();
  });
  clearTimeout(limit);
  return (await drain(dataSource, deadlineMs)) && !interrupted;
}

function sendJson(response: ServerResponse, status: number, body: object, type = 'application/json'): void {
  if (response.headersSent || response.writableEnded) return;
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
  });
  response.end(text);
}
