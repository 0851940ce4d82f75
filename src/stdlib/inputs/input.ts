/* An input as the worker holds it: value and options here, a native control in the page that is drawn from `label`, `props`
   and the *wire value* and sends wire values back (inputs.ts lists them). What the reader did and the codec refuses leaves
   the value as it is and stands as the prop `invalid`. */

import { Shown, toText } from '../../output/inspect.ts';
import type { InputType, Output } from '../../output/types.ts';
import { type AddressForm, type Common, widthOf } from './options.ts';

export type Props = Record<string, unknown>;

/** How a handle's value crosses to the page and back. `decode` throws `Refused` on what the options do not allow, and any
    error on what cannot be meant. */
export interface Codec {
  readonly encode: (value: unknown) => unknown;
  readonly decode: (wire: unknown, value: unknown) => unknown;
  /** What becomes of a value that it is to begin with. Default: itself. */
  readonly begin?: (value: unknown) => unknown;
  /** What becomes of a value that code sets. Default: itself. */
  readonly accept?: (value: unknown, before: unknown) => unknown;
  /** How it stands in an address, and what a text from there means as a wire value; absent: it cannot. */
  readonly address?: AddressForm;
}

/** What the reader wrote is not allowed; the message is shown below the control. */
export class Refused extends Error {}

let count = 0;

/** An input: `value`, and an `input` event whenever the reader (or `dispatchEvent`) changes it. */
export class Input extends EventTarget {
  readonly id = `input-${++count}`;
  readonly type: InputType;
  readonly label: string;
  props: Props;
  /** Shows the current state again, one for each place it is shown at. */
  readonly shownAt = new Set<() => void>();
  /** Inputs inside a form, which hear the reader themselves. */
  readonly fields: readonly Input[];
  /** Held, heard, bound, but nothing to see. */
  readonly unseen: boolean;
  /** What the page may ask about: the rows of a table, of which the output carries the first. */
  readonly behind: (() => unknown) | undefined;
  /** The parameter of the address that holds the value, on request. */
  address: string | undefined;
  /** Whether it is drawn by a form, which then hears of all that changes. */
  inForm = false;
  #value: unknown;
  readonly #codec: Codec;
  /** Props that depend on the value. */
  readonly #derive: ((value: unknown) => Props) | undefined;
  #derived: Props | undefined;
  readonly #first: unknown;

  constructor(
    type: InputType,
    common: Common,
    props: Props,
    value: unknown,
    codec: Codec = same,
    derive?: (value: unknown) => Props,
    { fields = [], unseen = false, behind }: { fields?: readonly Input[]; unseen?: boolean; behind?: () => unknown } = {},
  ) {
    super();
    this.type = type;
    this.label = labelOf(common.label);
    this.#value = value;
    this.#codec = codec;
    this.#derive = derive;
    this.fields = fields;
    this.unseen = unseen;
    this.behind = behind;
    this.#derived = derive?.(value);
    this.props = known({ ...commonProps(common), ...props, ...this.#derived });
    this.#first = this.wire;
    this.address = common.address;
  }

  get value(): unknown {
    return this.#value;
  }
  /** It has no value before its reader commits to one. */
  get absent(): boolean {
    return false;
  }
  set value(value: unknown) {
    this.start(this.#codec.accept ? this.#codec.accept(value, this.#value) : value);
  }

  /** Puts a value in place as it is, outside the options' bounds too. */
  start(value: unknown): void {
    this.#value = value;
    this.props['invalid'] = undefined;
    this.#refresh();
  }

  /** The same for a value from outside: what stands in the control begins with it too. */
  begin(value: unknown): void {
    this.start(this.#codec.begin ? this.#codec.begin(value) : value);
  }

  get wire(): unknown {
    return this.#codec.encode(this.#value);
  }

  /** Takes over what was held before, if it still has a meaning. */
  restore(wire: unknown): void {
    try {
      this.#value = this.#codec.decode(wire, this.#value);
      this.#refresh();
    } catch {
      /* the options have changed: the first value stands */
    }
  }

  /** Whether its value can stand in an address. */
  get canOpen(): boolean {
    return this.#codec.address !== undefined;
  }

  /** The value as texts of an address; undefined where it is the first one, so that links stay short. */
  get parameters(): readonly string[] | undefined {
    const { wire } = this;
    return JSON.stringify(wire) === JSON.stringify(this.#first) ? undefined : this.#codec.address?.write(wire);
  }

  /** Starts at what an address says, if that has a meaning here. */
  open(texts: readonly string[]): void {
    const wire = this.#codec.address?.read(texts);
    if (wire !== undefined) this.restore(wire);
  }

  /** The reader moved it. */
  receive(wire: unknown): void {
    const { invalid } = this.props;
    let refused: string | undefined;
    try {
      this.#value = this.#codec.decode(wire, this.#value);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refused = error.message;
    }
    this.props = known({ ...this.props, invalid: refused });
    const same = this.#derived === this.#derive?.(this.#value); // the page shows already what it sent
    if (!same || this.inForm || this.shownAt.size > 1 || refused !== invalid || this.address !== undefined) this.#refresh();
    if (refused === undefined) this.dispatchEvent(new Event('input', { bubbles: true }));
  }

  get output(): Output {
    const { id, type, label, address } = this;
    const props = address === undefined ? this.props : { ...this.props, address: { name: address, texts: this.parameters } };
    return { kind: 'input', id, type, label, props, value: this.wire };
  }

  #refresh(): void {
    this.#derived = this.#derive?.(this.#value);
    this.props = known({ ...this.props, ...this.#derived });
    for (const show of this.shownAt) show();
  }
}

const same: Codec = { encode: (value) => value ?? null, decode: (wire) => wire };
const known = (props: Props): Props => Object.fromEntries(Object.entries(props).filter(([, prop]) => prop !== undefined));

const commonProps = ({ label, disabled, width, required }: Common): Props => ({
  labelHtml: htmlOf(label),
  disabled: typeof disabled === 'boolean' ? disabled || undefined : undefined,
  width: widthOf(width),
  required: required || undefined,
});

/** The words of a label, of a choice or of a button. */
export function labelOf(label: unknown): string {
  if (label instanceof Shown) {
    const { output } = label;
    return output.kind === 'html'
      ? output.html
          .replace(/<[^>]*>/g, '')
          .replace(/&(?:#(\d+)|(amp|lt|gt|quot));/g, (_, code: string | undefined, name: keyof typeof entities) =>
            code ? String.fromCodePoint(Number(code)) : entities[name],
          )
          .trim()
      : output.kind === 'markdown'
        ? output.markdown
        : '';
  }
  return label === undefined || label === null ? '' : toText(label, 200);
}

const entities = { amp: '&', lt: '<', gt: '>', quot: '"' };

/** The markup of a label that is html`…`, for the page to clean and draw; undefined for other labels. */
export function htmlOf(label: unknown): string | undefined {
  return label instanceof Shown && label.output.kind === 'html' ? label.output.html : undefined;
}
