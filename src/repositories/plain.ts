/** The properties of a class, and of the classes in them, as a plain type: callers pass object literals. */
export type Plain<Value> = Value extends Date
  ? Value
  : Value extends object
    ? { [Key in keyof Value]: Plain<Value[Key]> }
    : Value;
