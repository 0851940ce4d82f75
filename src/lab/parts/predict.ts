/* `predict`: a question that is answered before the reader sees. Before the commitment there is no value; what was committed stays. */

import { domainIn, isList, isNumber, isRecord, numberIn, say, wholeIn, wrong, type Options } from './options.ts';
import type { Commitment, PartDefinition, PartMade } from './part.ts';

type Scalar = string | number | boolean;
type Value = Scalar | readonly Scalar[] | Float64Array;

export const predict: PartDefinition<Value> = {
  name: 'predict',
  doc: [
    'predict({ id, question, choices | range | order | sketch, answer, explain?, tolerance? })',
    'Asks before it is run: `const guess = view(predict(…))` has no value until the reader commits, and what uses it waits. `choices`: a list, `answer` one of them; `range`: [least, greatest], with `step` and `unit`; `order`: words to put in order; `sketch`: { x: [0, 1], y: [0, 1], samples? } to draw a curve in, `answer` its heights. `explain`: a sentence shown after a wrong guess; `tolerance`: how near is right. Who likes says how sure they are (50, 70 or 90 %); the page of progress compares that with how often they were right. Headless it gives `answer`.',
  ],
  label: ({ question }) => (typeof question === 'string' ? question : undefined),
  make(options) {
    const { id, question, explain, answer } = options;
    if (typeof id !== 'string' || !/^[\w.-]{1,60}$/.test(id))
      throw wrong('predict', 'id', 'a name of letters, digits and -', id, 'What was committed is kept under it.');
    if (typeof question !== 'string' || question.trim() === '') throw wrong('predict', 'question', 'a question', question);
    if (explain !== undefined && typeof explain !== 'string') throw wrong('predict', 'explain', 'a sentence', explain);
    const given = ['choices', 'range', 'order', 'sketch'].filter((form) => options[form] !== undefined);
    if (given.length !== 1)
      throw new TypeError(
        `predict: expected one of choices, range, order and sketch, got ${given.length === 0 ? 'none' : given.join(' and ')}. Say how it is answered.`,
      );
    if (answer === undefined)
      throw wrong('predict', 'answer', 'the answer', answer, 'It is shown after the commitment, and is the value headless.');
    const how =
      options['choices'] !== undefined
        ? choices(options)
        : options['range'] !== undefined
          ? range(options)
          : options['order'] !== undefined
            ? order(options)
            : sketch(options);
    return {
      ...how,
      text: () => question,
      props: { ...how.props, question, explain },
      commit: { ...how.commit, id, question },
    };
  },
};

type How = Omit<PartMade<Value>, 'text' | 'commit'> & { readonly commit: Omit<Commitment<Value>, 'id' | 'question'> };

function choices(options: Options): How {
  const list = scalars(options, 'choices');
  const at = list.findIndex((one) => one === options['answer']);
  if (at < 0) throw wrong('predict', 'answer', `one of the choices (${list.join(', ')})`, options['answer']);
  return {
    props: { form: 'choice', choices: list.map(String) },
    value: list[at]!,
    encode: (value) => list.indexOf(value as Scalar),
    decode: (wire) => {
      if (!Number.isInteger(wire) || list[wire as number] === undefined) throw wrong('predict', 'choices', 'the place of a choice', wire);
      return list[wire as number]!;
    },
    commit: { form: 'choice', right: (value) => value === list[at], said: (value) => String(value), answer: `It is ${list[at]}.` },
  };
}

function range(options: Options): How {
  const given = options['range'];
  if (!isList(given) || given.length !== 2 || !isNumber(given[0]) || !isNumber(given[1]) || given[0] >= given[1])
    throw wrong('predict', 'range', '[least, greatest]', given);
  const [least, greatest] = [given[0], given[1]];
  const answer = options['answer'];
  if (!isNumber(answer)) throw wrong('predict', 'answer', 'a number', answer);
  const tolerance = numberIn('predict', options, 'tolerance', (greatest - least) / 20, 0);
  const unit = options['unit'] === undefined ? '' : ` ${String(options['unit'])}`;
  return {
    props: {
      form: 'number',
      range: [least, greatest],
      step: numberIn('predict', options, 'step', (greatest - least) / 100, Number.MIN_VALUE),
      unit,
    },
    value: answer,
    decode: (wire) => {
      if (!isNumber(wire)) throw wrong('predict', 'range', 'a number', wire);
      return Math.min(greatest, Math.max(least, wire));
    },
    commit: {
      form: 'number',
      right: (value) => Math.abs((value as number) - answer) <= tolerance + 1e-12 * Math.abs(answer),
      said: (value) => `${say(value as number)}${unit}`,
      answer: `It is ${say(answer)}${unit}.`,
    },
  };
}

function order(options: Options): How {
  const list = scalars(options, 'order');
  const permuted = (value: unknown): value is readonly Scalar[] =>
    Array.isArray(value) && value.length === list.length && [...value].map(String).sort().join('\n') === list.map(String).sort().join('\n');
  const { answer } = options;
  if (!permuted(answer)) throw wrong('predict', 'answer', 'the same words in the right order', answer);
  return {
    props: { form: 'order', order: list.map(String) },
    value: answer,
    encode: (value) => (value as readonly Scalar[]).map(String),
    decode: (wire) => {
      if (!permuted(wire)) throw wrong('predict', 'order', 'the same words in another order', wire);
      return wire.map((word) => list.find((one) => String(one) === String(word))!);
    },
    commit: {
      form: 'order',
      right: (value) => String(value) === String(answer),
      said: (value) => (value as readonly Scalar[]).join(', '),
      answer: `The order is ${answer.join(', ')}.`,
    },
  };
}

function sketch(options: Options): How {
  const given = options['sketch'];
  if (given !== true && !isRecord(given)) throw wrong('predict', 'sketch', '{ x: [0, 1], y: [0, 1] }', given);
  const area = given === true ? {} : given;
  const domain = domainIn('predict', { domain: { x: area['x'] ?? [0, 1], y: area['y'] ?? [0, 1] } }, { x: [0, 1], y: [0, 1] });
  const samples = (list: unknown, option: string): Float64Array => {
    if (!isList(list) || list.length < 2 || !Array.from(list).every(isNumber))
      throw wrong('predict', option, 'heights at equal distances of x', list);
    return Float64Array.from(list as ArrayLike<number>);
  };
  const answer = samples(options['answer'], 'answer');
  const count = wholeIn('predict', area, 'samples', answer.length, 2, 4096);
  if (count !== answer.length) throw wrong('predict', 'answer', `${count} heights`, `${answer.length} of them`);
  const tolerance = numberIn('predict', options, 'tolerance', 0.1, 0, 1) * (domain.y[1] - domain.y[0]);
  return {
    props: { form: 'sketch', domain, samples: count },
    value: answer,
    encode: (value) => Array.from(value as Float64Array),
    decode: (wire) => samples(wire, 'sketch'),
    commit: {
      form: 'sketch',
      right: (value) => (value as Float64Array).reduce((sum, y, i) => sum + Math.abs(y - answer[i]!), 0) / count <= tolerance,
      said: () => 'a curve',
      answer: 'The answer is dashed.',
    },
  };
}

function scalars(options: Options, option: string): readonly Scalar[] {
  const list = options[option];
  if (!Array.isArray(list) || list.length < 2 || !list.every((one) => ['string', 'number', 'boolean'].includes(typeof one)))
    throw wrong('predict', option, 'a list of at least two words or numbers', list);
  if (new Set(list.map(String)).size !== list.length) throw wrong('predict', option, 'words that differ', list);
  return list as Scalar[];
}
