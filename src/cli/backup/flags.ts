import { Option } from 'commander';
import type { DataSource } from 'typeorm';
import type { Engine } from '../../backup/manifest.js';
import type { Environment } from '../../connection/environment.js';
import type { CommandDatabase } from '../database.js';
import type { RunWithBackup } from './run-with-backup.js';

/** As commander gives them. */
export interface BackupFlags {
  readonly backup?: Engine | true;
  readonly backupDir: string;
}

export const backupOption = new Option(
  '--backup [engine]',
  'back up first, prove it by restoring it, and go back to it when the migrations fail; by pg_dump (dump) or as a copy on the same server (template). Without a choice: template for the embedded server, dump for any other',
).choices(['dump', 'template']);

export const backupFolderOption = new Option('--backup-dir <folder>', 'where backups are kept').default(
  '.data/backups',
);

export const BACKUP_HELP =
  'Exit code 0: every migration is applied. 1: not; with --backup a line says in what state the database is.';

/** Loaded only when asked for. */
export async function runBehindBackup(
  environment: Environment,
  { backup = true, backupDir }: BackupFlags,
  run: (dataSource: DataSource, database: CommandDatabase) => Promise<string[]>,
): Promise<RunWithBackup> {
  const { runWithBackup } = await import('./run-with-backup.js');
  return runWithBackup(environment, { engine: backup, folder: backupDir }, run);
}
