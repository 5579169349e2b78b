/** Foreign keys. */
import { english, type Reading } from './reading.js';

export const KEY_READINGS: readonly Reading[] = [
  {
    state: '23503',
    message: english('insert or update on table "<table>" violates foreign key constraint "<name>"'),
    sentence: 'the row that it refers to does not exist',
    advice: 'Store the parent first, or correct the id.',
  },
  ...['23503', '23001'].map((state) => ({
    state,
    message: english('update or delete on table "<parent>" violates .*constraint "<name>" on table "<table>"'),
    sentence: 'rows of {table} still refer to the row of {parent}',
    advice: 'Delete those rows first, or retire the row (is_active) instead of deleting it.',
  })),
  {
    state: '23001',
    sentence: 'other rows still refer to the row to be deleted',
    advice: 'Delete those rows first, or retire the row (is_active) instead of deleting it.',
  },
];
