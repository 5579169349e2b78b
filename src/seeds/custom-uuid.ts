/**
 * A uuid of version 8 ("custom", RFC 9562) that says where it comes from: `<prefix>-<table>-8000-8000-<row>`, all but the
 * prefix in hexadecimal. Random ids are of version 4, so the two never meet.
 *
 * @param prefix eight hexadecimal digits.
 * @param table number of the table, 0..65,535.
 * @param row number of the row, 0..2^48 - 1.
 */
export function customUuid(prefix: string, table: number, row: number): string {
  return `${prefix}-${hex(table, 4)}-8000-8000-${hex(row, 12)}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
