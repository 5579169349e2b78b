import type { IncomingMessage, ServerResponse } from 'node:http';
import { createUnknownReport, type HealthReport } from './check.js';

/**
 * Answers `GET /health`: 200 when the check says `ok`, 503 otherwise, with the report as JSON. For Express, Connect and Node's
 * own server: `app.get('/health', createHealthHandler(createHealthCheck(dataSource)))`. Never throws.
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
    // The check is the caller's: what it throws may hold anything, so none of it is shown.
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
