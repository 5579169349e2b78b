import type { DataSource } from 'typeorm';
import { RolesError } from './errors.js';
import { setUpRoles } from './set-up.js';
import { rolesAreInUse } from './state.js';

/**
 * Gives the roles their rights on what migrations made, where the roles are in use: until then `app` has what default privileges
 * give it and the others have nothing. The role that owns the objects, or `migrator` as it, may do that.
 *
 * @returns how many rights were put right
 * @throws RolesError when more is wrong than this user may put right
 */
export async function alignRights(dataSource: DataSource): Promise<number> {
  if (!(await rolesAreInUse((sql) => dataSource.query(sql)))) return 0;
  try {
    const { repaired } = await setUpRoles(dataSource);
    return repaired.length;
  } catch (error) {
    if (!(error instanceof RolesError)) throw error;
    throw new RolesError(`The rights on the tables are not what they should be, run db:roles: ${error.message}`);
  }
}
