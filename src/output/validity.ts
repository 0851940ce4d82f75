/* What a reader may write into an input, in one place for the page (at each key) and the worker (first values, bound inputs,
   values from an address): the constraints of native controls with sentences of our own. A function `validate` of a notebook
   stands in for all of this and is called in the worker alone. */

/** Props of an input that say what it takes; those of other kinds are left alone. */
export interface Constraints {
  /** As of a native control: `text`, `number`, `date`, `datetime-local`, `email`, `url` and the rest. */
  readonly type?: unknown;
  readonly required?: unknown;
  readonly pattern?: unknown;
  readonly min?: unknown;
  readonly max?: unknown;
  readonly step?: unknown;
  readonly minlength?: unknown;
  readonly maxlength?: unknown;
}

/** An absolute address, as native controls take it. */
const urlForm = /^[a-z][a-z\d+.-]*:(?:\/\/[^\s/?#]+|(?!\/\/)\S)\S*$/i;
const emailForm = /^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)*$/i;

/** The sentence that says what is wrong with `text`, or undefined where nothing is. Lengths count only once it was `edited`,
    as in native controls. */
export function problemOf(of: Constraints, text: string, edited = true): string | undefined {
  if (text === '') return of.type === 'number' ? 'Expected a number.' : of.required === true ? 'Something has to stand here.' : undefined;
  const { type, min, max, minlength, maxlength, pattern } = of;
  if (type === 'number') return numberProblem(of, Number(text));
  if (type === 'date' || type === 'datetime-local') {
    if (typeof min === 'string' && text < min) return `Not before ${min.replace('T', ' ')}.`;
    if (typeof max === 'string' && text > max) return `Not after ${max.replace('T', ' ')}.`;
    return undefined;
  }
  const there = `there ${text.length === 1 ? 'is' : 'are'} ${text.length}`;
  if (edited && typeof minlength === 'number' && text.length < minlength) return `At least ${characters(minlength)}, ${there}.`;
  if (edited && typeof maxlength === 'number' && text.length > maxlength) return `At most ${characters(maxlength)}, ${there}.`;
  if (type === 'email' && !emailForm.test(text)) return 'Expected an address such as ada@example.org.';
  if (type === 'url' && !urlForm.test(text)) return 'Expected an address such as https://example.org.';
  if (typeof pattern === 'string' && matches(pattern, text) === false) return `Expected the form ${pattern}.`;
  return undefined;
}

const characters = (count: number): string => `${count} character${count === 1 ? '' : 's'}`;

function numberProblem({ min, max, step }: Constraints, value: number): string | undefined {
  if (!Number.isFinite(value)) return 'Expected a number.';
  if (typeof min === 'number' && value < min) return `At least ${min}.`;
  if (typeof max === 'number' && value > max) return `At most ${max}.`;
  if (typeof step === 'number') {
    const base = typeof min === 'number' ? min : 0,
      steps = (value - base) / step;
    if (Math.abs(steps - Math.round(steps)) > 1e-6) return `In steps of ${step}${base === 0 ? '' : ` from ${base}`}.`;
  }
  return undefined;
}

/** Undefined where `pattern` is none that the browser knows: then it asks for nothing. */
function matches(pattern: string, text: string): boolean | undefined {
  try {
    return new RegExp(`^(?:${pattern})$`, 'v').test(text);
  } catch {
    return undefined;
  }
}
