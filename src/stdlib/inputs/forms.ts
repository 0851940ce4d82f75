/* `Inputs.form`, `bind`, `input` and `disposal`: inputs that are one value, and inputs that keep one value. */

import { Shown } from '../../output/inspect.ts';
import { Input, type Props } from './input.ts';
import { checked, quoted, type Common } from './options.ts';

export interface FormOptions extends Common {
  /** Gets the inputs as they were given and returns html`…` that holds them. */
  template?: (inputs: never) => unknown;
}
/** Inputs by name or in order; what is no input but holds inputs is a form of its own. */
export type Fields = readonly (Input | Fields)[] | { readonly [name: string]: Input | Fields };

/** Several inputs as one, whose value is an object or an array of theirs. It keeps its identity until one of them changes. */
export function form(inputs: Fields, given?: FormOptions): Input {
  const options = checked('form', given);
  if (typeof inputs !== 'object' || inputs === null) throw notInputs(inputs);
  const listed = Array.isArray(inputs);
  const keys = Object.keys(inputs);
  const own = Object.fromEntries(keys.map((key) => [key, toField((inputs as Record<string, unknown>)[key])]));
  const fields = keys.map((key) => own[key]!);
  if (options.address !== undefined) for (const key of keys) prefix(own[key]!, `${options.address}.${key}`);
  let value: unknown;
  const read = (): unknown => {
    const values = fields.map((field) => field.value);
    const before = value as Record<string, unknown> | undefined;
    if (before !== undefined && keys.every((key, i) => Object.is(before[key], values[i]))) return value;
    value = listed ? values : Object.fromEntries(keys.map((key, i) => [key, values[i]]));
    return value;
  };
  const html = options.template && templateOf(options.template, listed ? fields : own, fields);
  const describe = (): Props => ({
    fields: fields.map((field, i) => ({
      ...field.output,
      key: keys[i]!,
      label: field.label || (listed ? '' : keys[i]!),
    })),
  });
  const whole = new Input(
    'form',
    { ...options, address: undefined as never },
    { html },
    read(),
    {
      encode: () => fields.map((field) => field.wire),
      decode: (wire) => {
        fields.forEach((field, i) => field.restore((wire as unknown[])[i]));
        return read();
      },
      begin: (next) => {
        const given = (typeof next === 'object' && next !== null ? next : {}) as Readonly<Record<string, unknown>>;
        fields.forEach((field, i) => {
          if (Object.hasOwn(given, keys[i]!)) field.begin(given[keys[i]!]);
        });
        return read();
      },
      accept: (next) => {
        fields.forEach((field, i) => {
          field.value = (next as Record<string, unknown> | null | undefined)?.[keys[i]!];
        });
        return read();
      },
    },
    describe,
    { fields },
  );
  for (const field of fields) {
    field.inForm = true;
    field.shownAt.add(() => whole.start(read()));
    field.addEventListener('input', () => whole.dispatchEvent(new Event('input', { bubbles: true })));
  }
  return whole;
}

function toField(field: unknown): Input {
  if (field instanceof Input) return field;
  const plain = typeof field === 'object' && field !== null && (Array.isArray(field) || Object.getPrototypeOf(field) === Object.prototype);
  if (!plain) throw notInputs(field);
  return form(field as Fields);
}

const notInputs = (got: unknown): TypeError =>
  new TypeError(`Inputs.form: expected inputs, got ${quoted(got)}. Pass { name: Inputs.text(), … }.`);

function prefix(field: Input, name: string): void {
  if (field.type === 'form')
    (field.props['fields'] as { key: string }[]).forEach(({ key }, i) => prefix(field.fields[i]!, `${name}.${key}`));
  else if (field.canOpen) field.address ??= name;
}

function templateOf(template: (inputs: never) => unknown, inputs: unknown, fields: readonly Input[]): string {
  const made = template(inputs as never);
  if (!(made instanceof Shown) || made.output.kind !== 'html')
    throw new TypeError(
      `Inputs.form: expected option "template" to return html\`…\`, got ${quoted(made)}. There is no document in a worker: write template: ({ a, b }) => html\`<div>\${a}\${b}</div>\`.`,
    );
  const { html } = made.output;
  const missing = fields.find((field) => !html.includes(`gradus-${field.id}"`));
  if (missing)
    throw new TypeError(
      `Inputs.form: expected option "template" to hold all inputs, ${missing.label || missing.id} is missing. Put \${…} of it into the html\`…\`.`,
    );
  return html;
}

/** Keeps `target` at the value of `source` and the other way round, and returns the target. It ends when `invalidation`
    resolves, and when nobody holds the target any more. */
export function bind(target: Input, source: Input, invalidation?: PromiseLike<unknown>): Input {
  for (const [name, one] of Object.entries({ target, source }))
    if (!(one instanceof EventTarget)) throw new TypeError(`Inputs.bind: expected the ${name} to be an input, got ${quoted(one)}.`);
  const held = new WeakRef(target);
  const follow = (): void => {
    const still = held.deref();
    if (still === undefined) source.removeEventListener('input', follow);
    else still.value = source.value;
  };
  follow();
  target.addEventListener('input', () => {
    source.value = target.value;
    source.dispatchEvent(new Event('input', { bubbles: true }));
  });
  source.addEventListener('input', follow);
  void invalidation?.then(() => source.removeEventListener('input', follow));
  return target;
}

/** A value with `input` events and nothing to see, to bind others to. */
export const input = (value?: unknown): Input => new Input('text', {}, {}, value, undefined, undefined, { unseen: true });

/** Resolves when `of` is no longer shown anywhere. */
export const disposal = (of: Input): Promise<void> =>
  new Promise((resolve) => {
    of.addEventListener('dispose', () => resolve(), { once: true });
  });
