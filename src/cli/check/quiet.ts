/**
 * Runs TypeORM's schema builder. It asks several questions on one connection at once, which pg 8 warns of; the warning is about
 * TypeORM's code and would only puzzle whoever reads the report.
 */
export async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const before = process.noDeprecation ?? false;
  process.noDeprecation = true;
  try {
    return await work();
  } finally {
    process.noDeprecation = before;
  }
}
