/* Inputs made of parts: what `import { points } from "gradus:parts"` brings. The class of inputs is handed in, since this stands in a
   pack and an input has to be one of the engine's own. A part that nobody listens to is a picture (readonly); what the reader moved is
   worded again when the hand rests, so that a drag sends one small value a frame and nothing comes back. */

import type { Input as EngineInput } from '../../stdlib/inputs/input.ts';
import type { Output } from '../../output/types.ts';
import { flagIn, isNumber, isRecord, wrong } from './options.ts';
import type { Options, PartDefinition, PartMade } from './part.ts';

/** A part's function: options in, an input out. */
export type MakePart = (options: Options) => EngineInput;

/** How long the reader's hand rests before the part is described again, in ms. */
const restMs = 150;

/** The functions of a module: one for each definition, by its name. */
export function createParts(Input: typeof EngineInput, definitions: readonly PartDefinition[]): Readonly<Record<string, MakePart>> {
  class Part extends Input {
    readonly #made: PartMade;
    readonly #text: string | undefined;
    readonly #readonly: boolean;
    /** Somebody follows what it says: `view`, a binding, a listener of the cell. */
    #heard = false;
    #rest: ReturnType<typeof setTimeout> | undefined;

    constructor({ name }: PartDefinition, options: Options, made: PartMade) {
      const { label, text, height, width } = options;
      const { encode = itself, decode = itself } = made;
      const live = flagIn(name, options, 'live', true);
      super('part', { label, width }, { ...made.props, part: name, height, live: live ? undefined : false }, made.value, {
        encode: (value) => encode(value),
        decode,
        accept: (value, before) => decode(encode(value), before),
      });
      this.#made = made;
      this.#text = text as string | undefined;
      this.#readonly = flagIn(name, options, 'readonly');
    }

    override addEventListener(...[type, ...rest]: Parameters<EventTarget['addEventListener']>): void {
      super.addEventListener(type, ...rest);
      if (type !== 'input' || this.#heard) return;
      this.#heard = true;
      for (const show of this.shownAt) show();
    }

    override receive(wire: unknown): void {
      super.receive(wire);
      if (this.#rest !== undefined) return;
      this.#rest = setTimeout(() => {
        this.#rest = undefined;
        for (const show of this.shownAt) show();
      }, restMs);
    }

    override get output(): Output {
      const output = super.output as Extract<Output, { kind: 'input' }>;
      const still = this.#readonly || !(this.#heard || this.inForm);
      return { ...output, props: { ...output.props, text: this.#sentence(), ...(still ? { readonly: true } : {}) } };
    }

    #sentence(): string {
      if (this.#text !== undefined) return this.#text;
      try {
        return this.#made.text(this.value);
      } catch {
        return ''; // a value of another kind, put there by --set
      }
    }
  }
  return Object.fromEntries(
    definitions.map((definition) => {
      const { name } = definition;
      const make = (options: Options = {}): EngineInput => {
        checkCommon(name, options);
        return new Part(definition, options, definition.make(options));
      };
      Object.defineProperty(make, 'name', { value: name });
      return [name, make];
    }),
  );
}

const itself = (value: unknown): unknown => value;

function checkCommon(part: string, options: unknown): void {
  if (!isRecord(options)) throw wrong(part, '', 'options such as { label: "Corners" }', options);
  const { label, text, height, address } = options;
  if (label === undefined || label === null || label === '')
    throw new TypeError(`${part}: expected option "label", got none. Name the part in a few words: who cannot see it hears them.`);
  if (text !== undefined && typeof text !== 'string') throw wrong(part, 'text', 'a sentence', text);
  if (height !== undefined && (!isNumber(height) || height < 40 || height > 2000))
    throw wrong(part, 'height', 'a number of pixels from 40 to 2000', height);
  if (address !== undefined) throw wrong(part, 'address', 'absent', address, 'The value of a part cannot stand in an address.');
}
