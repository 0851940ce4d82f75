/* The error of the tensor library: "NAME: expected WHAT, got WHAT. What to do.", with a code of tensor-api.md 14.
   NAME is the public name that was called, so composites report the outermost one: `named` keeps it while a call runs. */

export type TensorErrorCode =
  'shape' | 'dtype' | 'device' | 'index' | 'value' | 'grad' | 'disposed' | 'memory' | 'trace' | 'file' | 'unsupported';

export class TensorError extends Error {
  readonly code: TensorErrorCode;
  constructor(code: TensorErrorCode, message: string) {
    super(message);
    this.name = 'TensorError';
    this.code = code;
  }
}

let calling: string | null = null;

/** The public name that the running call was made by; `fallback` where none runs. */
export const callName = (fallback: string): string => calling ?? fallback;

/** Calls `fn(…args)` under a public name, for the messages of errors inside; an outer call's name wins. */
export function named<A extends readonly unknown[], R>(name: string, fn: (...args: A) => R, args: A): R {
  if (calling !== null) return fn(...args);
  calling = name;
  try {
    return fn(...args);
  } finally {
    calling = null;
  }
}

/** Runs a function handed in by the user: what it calls is reported under its own names. */
export function unnamed<R>(fn: () => R): R {
  const before = calling;
  calling = null;
  try {
    return fn();
  } finally {
    calling = before;
  }
}

/** Throws a TensorError under a name of its own, whatever call runs. */
export function failAs(code: TensorErrorCode, name: string, message: string): never {
  throw new TensorError(code, `${name}: ${message}`);
}

/** Throws a TensorError whose message begins with the public name of the running call. */
export function fail(code: TensorErrorCode, name: string, message: string): never {
  throw new TensorError(code, `${callName(name)}: ${message}`);
}
