/**
 * A JSON column as it is read and written: plain objects of the shape that a class describes. The class itself as a type
 * makes typescript-eslint ask for instances, which PostgreSQL never gives.
 */
export type Plain<Value> = Value extends Date | string | number | boolean | null | undefined
  ? Value
  : Value extends (infer Item)[]
    ? Plain<Item>[]
    : Value extends object
      ? { [Key in keyof Value]: Plain<Value[Key]> }
      : Value;
