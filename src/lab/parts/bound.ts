/* Inputs made of parts: what `import { points } from "gradus:parts"` brings. The class of inputs is handed in, since this stands in a
   pack and an input has to be one of the engine's own. A part that nobody listens to is a picture (readonly); what the reader moved is
   worded again when the hand rests, so that a drag sends one small value a frame and nothing comes back. */

import type { Input as EngineInput, Props } from '../../stdlib/inputs/input.ts';
import type { Output } from '../../output/types.ts';
import { optional } from '../../base/optional.ts';
import { flagIn, isNumber, isRecord, wrong } from './options.ts';
import type { Commitment, Options, PartDefinition, PartMade, Sure } from './part.ts';

/** A part's function: options in, an input out. */
export type MakePart = (options: Options) => EngineInput;

/** What predictions need of the notebook that they stand in. */
export interface Predictions {
  /** They give their answer: nobody is there to commit. */
  readonly answered: boolean;
  /** What was committed in this notebook, by id, as it crosses. */
  readonly kept: Map<string, { readonly choice: unknown; readonly confidence?: number }>;
  /** Of all predictions that this reader has made. */
  tally: { readonly right: number; readonly total: number };
  committed(prediction: {
    readonly id: string;
    readonly question: string;
    readonly form: Commitment['form'];
    readonly choice: unknown;
    readonly answer: unknown;
    readonly right: boolean;
    /** How sure the reader said to be, from 0 to 1. Absent: they did not say. */
    readonly confidence?: number;
  }): void;
}

const nobody: Predictions = { answered: true, kept: new Map(), tally: { right: 0, total: 0 }, committed: () => undefined };

/** How long the reader's hand rests before the part is described again, in ms. */
const restMs = 150;

/** The functions of a module: one for each definition, by its name. */
export function createParts(
  Input: typeof EngineInput,
  definitions: readonly PartDefinition[],
  predictions: Predictions = nobody,
): Readonly<Record<string, MakePart>> {
  class Part extends Input {
    readonly #made: PartMade;
    readonly #text: string | undefined;
    readonly #readonly: boolean;
    /** Somebody follows what it says: `view`, a binding, a listener of the cell. */
    #heard = false;
    #committed = false;
    #confidence: number | undefined;
    #rest: ReturnType<typeof setTimeout> | undefined;

    constructor({ name, label: labelOf }: PartDefinition, options: Options, made: PartMade) {
      const { text, height, width } = options;
      const { encode = itself, decode = itself } = made;
      const live = flagIn(name, options, 'live', true);
      super(
        'part',
        { label: options['label'] ?? labelOf?.(options), width },
        { ...made.props, part: name, height, live: live ? undefined : false },
        made.value,
        {
          encode: (value) => encode(value),
          decode,
          accept: (value, before) => decode(encode(value), before),
        },
      );
      this.#made = made;
      this.#text = text as string | undefined;
      this.#readonly = flagIn(name, options, 'readonly');
      if (made.commit === undefined) return;
      const { kept, answered } = predictions;
      this.#committed = answered;
      const before = kept.get(made.commit.id);
      if (before === undefined) return;
      try {
        super.start(decode(before.choice, made.value));
        this.#committed = true;
        this.#confidence = before.confidence;
      } catch {
        /* the question has changed: it is asked again */
      }
    }

    override addEventListener(...[type, ...rest]: Parameters<EventTarget['addEventListener']>): void {
      super.addEventListener(type, ...rest);
      if (type !== 'input' || this.#heard) return;
      this.#heard = true;
      for (const show of this.shownAt) show();
    }

    override get absent(): boolean {
      return this.#made.commit !== undefined && !this.#committed;
    }

    override start(value: unknown): void {
      this.#committed = true;
      super.start(value);
    }

    override receive(wire: unknown): void {
      const { commit } = this.#made;
      if (commit !== undefined) {
        if (this.#committed) return; // the first one stays
        const { committed, sure } = unpacked(wire);
        super.receive(committed);
        this.#committed = true;
        this.#confidence = sure;
        const { id, question, form } = commit,
          right = commit.right(this.value),
          { encode = itself } = this.#made;
        const said = { choice: committed, ...optional({ confidence: sure }) };
        predictions.kept.set(id, said);
        predictions.tally = { right: predictions.tally.right + (right ? 1 : 0), total: predictions.tally.total + 1 };
        predictions.committed({ id, question, form, ...said, answer: encode(this.#made.value), right });
        return;
      }
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
      const { commit } = this.#made;
      const props = {
        ...output.props,
        text: this.#sentence(),
        ...(still ? { readonly: true } : {}),
        ...(commit && this.#committed ? this.#outcome(commit) : {}),
      };
      return { ...output, props, ...(this.absent ? { value: null } : {}) };
    }

    /** What the card says once the reader has committed. */
    #outcome({ right, said, answer }: Commitment): Props {
      const { value } = this;
      const { encode = itself } = this.#made;
      return {
        right: right(value),
        said: said(value),
        sure: this.#confidence,
        answer,
        shown: encode(this.#made.value),
        tally: predictions.tally,
      };
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
        checkCommon(definition, options);
        return new Part(definition, options, definition.make(options));
      };
      Object.defineProperty(make, 'name', { value: name });
      return [name, make];
    }),
  );
}

const itself = (value: unknown): unknown => value;

/** What the page sent, and how sure its reader is where that makes sense. */
function unpacked(wire: unknown): Sure | { readonly committed: unknown; readonly sure?: undefined } {
  if (!isRecord(wire) || !('committed' in wire)) return { committed: wire };
  const { committed, sure } = wire;
  return isNumber(sure) && sure >= 0 && sure <= 1 ? { committed, sure } : { committed };
}

function checkCommon({ name: part, label: labelOf }: PartDefinition, options: unknown): void {
  if (!isRecord(options)) throw wrong(part, '', 'options such as { label: "Corners" }', options);
  const { label, text, height, address } = options;
  if (labelOf === undefined && (label === undefined || label === null || label === ''))
    throw new TypeError(`${part}: expected option "label", got none. Name the part in a few words: who cannot see it hears them.`);
  if (text !== undefined && typeof text !== 'string') throw wrong(part, 'text', 'a sentence', text);
  if (height !== undefined && (!isNumber(height) || height < 40 || height > 2000))
    throw wrong(part, 'height', 'a number of pixels from 40 to 2000', height);
  if (address !== undefined) throw wrong(part, 'address', 'absent', address, 'The value of a part cannot stand in an address.');
}
