import type { IncomingMessage, ServerResponse } from 'node:http';
import { createUnknownReport, type HealthReport } from './check.js';

/**
 * Returns a handler for `GET /health` in Express, Connect and Node's own server. It responds with the report as JSON, and with status 200
 * when the check is `ok`, otherwise 503. Never throws.
 *
 * @example app.get('/health', createHealthHandler(createHealthCheck(dataSource)))
 */
export function createHealthHandler(
  check: () => Promise<HealthReport>,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (_request, response) => {
    void answer(check, response);
  };
}

async function answer(check: () => Promise<HealthReport>, response: ServerResponse): Promise<void> {
  try {
    const report = await check();
    send(response, report.status === 'ok' ? 200 : 503, report);
  } catch {
    // The error is not sent, because it comes from the caller's check and can contain secrets.
    send(response, 503, createUnknownReport('The health check itself failed: see the log of the service.'));
  }
}

function send(response: ServerResponse, status: number, report: HealthReport): void {
  // The response was sent already, for instance by a middleware with a time limit.
  if (response.headersSent || response.writableEnded) return;
  const body = JSON.stringify(report);
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  });
  response.end(body);
}
