/* The card of `predict`: a question, a way to answer, how sure the reader is (who likes says so), Commit and run; then what was said,
   whether it held, and what would have been right. Before the commitment the page does not know the answer. */

import './predict.css';
import { fill, h } from '../dom.ts';
import type { Control, InputSpec, Moved } from '../inputs/input.ts';
import { nextId } from '../inputs/field.ts';
import { number, plural } from '../words.ts';
import { ordered, placesOf } from './ordered.ts';
import type { PartView } from './part.ts';

/** How the reader answers. `wire` is undefined until there is an answer. */
interface Answering {
  readonly element: Element;
  readonly wire: () => unknown;
  dispose?(): void;
}
type Props = InputSpec['props'];

export function predict(spec: InputSpec, moved: Moved): Control {
  let props = spec.props,
    answering: Answering | undefined,
    sent = false;
  const id = `predict${nextId()}`;
  const element = h('section', { class: 'predict', 'aria-labelledby': id });
  const question = (): HTMLElement => h('p', { class: 'predict-question', id }, String(props['question']));

  const ask = (): void => {
    const why = h('span', { class: 'quiet', role: 'status' });
    const sure = howSure(`${id}-sure`);
    const commit = h(
      'button',
      {
        type: 'button',
        class: 'btn solid',
        onclick: () => {
          const wire = answering?.wire();
          if (wire === undefined) return void (why.textContent = 'Choose an answer first.');
          if (sent) return;
          sent = true;
          moved(sure.value() === undefined ? wire : { committed: wire, sure: sure.value() });
        },
      },
      'Commit and run',
    );
    void answer(props, spec.label, id, () => (why.textContent = '')).then((made) => {
      answering = made;
      fill(
        element,
        h('p', { class: 'predict-lead' }, 'Predict before you run'),
        question(),
        made.element,
        h('div', { class: 'predict-foot' }, sure.element, commit, why),
      );
    });
  };
  const tell = (value: unknown): void => {
    const { right, said, sure, answer: truth, explain } = props;
    const explained = right !== true && typeof explain === 'string';
    const tally = props['tally'] as { readonly right: number; readonly total: number } | undefined;
    const focused = element.contains(document.activeElement);
    const lead = h(
      'p',
      { class: 'predict-lead', role: 'status', tabindex: focused ? -1 : undefined },
      `You said ${String(said)}. ${right === true ? 'Right.' : explained ? explain : String(truth)}`,
    );
    const held = [
      ...(typeof sure === 'number' ? [`You were ${number(100 * sure)} % sure.`] : []),
      ...(tally === undefined || tally.total === 0 ? [] : [`${number(tally.right)} of your ${plural(tally.total, 'prediction')} held.`]),
    ].join(' ');
    // a choice is marked where it stands, a curve is drawn; what the author wrote need not name a number or an order
    const named = explained && (props['form'] === 'number' || props['form'] === 'order');
    void outcome(props, spec.label, value).then((shown) => {
      answering?.dispose?.();
      const truly = named ? h('p', { class: 'predict-truth' }, String(truth)) : null;
      fill(element, lead, question(), truly, h('div', { class: 'predict-foot' }, shown, h('span', { class: 'quiet' }, held)));
      if (focused) lead.focus({ preventScroll: true });
    });
  };
  const show = (value: unknown): void => {
    if (props['said'] === undefined) ask();
    else tell(value);
  };
  show(spec.value);
  return {
    element,
    set(value, next) {
      const before = props;
      props = next;
      const now = JSON.stringify([next['question'], next['form'], next['choices'], next['range'], next['order']]);
      const was = JSON.stringify([before['question'], before['form'], before['choices'], before['range'], before['order']]);
      if (now === was && (before['said'] === undefined) === (next['said'] === undefined) && before['said'] === next['said']) return;
      sent = false;
      show(value);
    },
    dispose: () => answering?.dispose?.(),
  };
}

/** How sure the reader is: said by who likes, taken back by a second press. */
function howSure(name: string): { readonly element: Element; readonly value: () => number | undefined } {
  const inputs = [0.5, 0.7, 0.9].map((share) => {
    const input = h('input', { type: 'radio', name, value: share });
    let before = false;
    input.addEventListener('pointerdown', () => void (before = input.checked));
    input.addEventListener('keydown', (event) => {
      if (event.key !== ' ') return;
      event.preventDefault();
      input.checked = !input.checked;
    });
    input.addEventListener('click', () => {
      if (before) input.checked = false;
      before = false;
    });
    return input;
  });
  const boxes = inputs.map((input) => h('label', { class: 'predict-choice' }, input, h('span', {}, `${100 * Number(input.value)} %`)));
  const words = h('span', { class: 'quiet', id: `${name}-words` }, 'How sure?');
  return {
    element: h('div', { class: 'predict-sure', role: 'radiogroup', 'aria-labelledby': words.id }, words, ...boxes),
    value: () => {
      const chosen = inputs.find(({ checked }) => checked);
      return chosen && Number(chosen.value);
    },
  };
}

async function answer(props: Props, label: string, id: string, changed: () => void): Promise<Answering> {
  switch (props['form']) {
    case 'choice': {
      const inputs = (props['choices'] as readonly string[]).map((_, i) =>
        h('input', { type: 'radio', name: id, value: i, onchange: changed }),
      );
      const boxes = inputs.map((input, i) =>
        h('label', { class: 'predict-choice' }, input, h('span', {}, (props['choices'] as readonly string[])[i]!)),
      );
      return {
        element: h('div', { class: 'predict-choices', role: 'radiogroup', 'aria-labelledby': id }, ...boxes),
        wire: () => {
          const at = inputs.findIndex(({ checked }) => checked);
          return at < 0 ? undefined : at;
        },
      };
    }
    case 'number': {
      const [low, high] = props['range'] as readonly [number, number];
      const unit = String(props['unit'] ?? '');
      let touched = false;
      const input = h('input', { type: 'range', min: low, max: high, step: props['step'], value: (low + high) / 2, 'aria-labelledby': id });
      const shown = h('output', { class: 'num' }, 'not answered');
      input.addEventListener('input', () => {
        touched = true;
        shown.textContent = `${number(Number(input.value))}${unit}`;
        input.setAttribute('aria-valuetext', shown.textContent);
        input.style.setProperty('--at', `${(100 * (Number(input.value) - low)) / (high - low)}%`);
        changed();
      });
      return {
        element: h('div', { class: 'predict-range' }, h('span', {}, number(low)), input, h('span', {}, number(high)), shown),
        wire: () => (touched ? Number(input.value) : undefined),
      };
    }
    case 'order': {
      const chips = (props['order'] as readonly string[]).map((text) => ({ text }));
      let order: readonly number[] = chips.map((_, i) => i);
      const row = ordered(chips, label, false, (next) => {
        order = next;
        changed();
      });
      return { element: row.element, wire: () => order.map((i) => chips[i]!.text) };
    }
    default: {
      let value: Float64Array | undefined;
      const view = await sketch(props, label, new Float64Array(props['samples'] as number).fill(middle(props)), false, (wire) => {
        value = wire;
        changed();
      });
      return { element: view.element, wire: () => value && Array.from(value), ...(view.dispose ? { dispose: view.dispose } : {}) };
    }
  }
}

const middle = (props: Props): number => {
  const [low, high] = (props['domain'] as { readonly y: readonly [number, number] }).y;
  return (low + high) / 2;
};

async function sketch(
  props: Props,
  label: string,
  value: unknown,
  readonly: boolean,
  moved: (wire: Float64Array) => void,
  answers?: unknown,
): Promise<PartView> {
  const { drawn } = await import('./curve.ts');
  const { x } = props['domain'] as { readonly x: readonly [number, number] };
  const list = answers as readonly number[] | undefined;
  const points = list?.map((y, i) => [x[0] + ((x[1] - x[0]) * i) / (list.length - 1), y] as const);
  const layers = points && { curves: [{ points, colour: 2, dashed: true, name: 'answer' }] };
  return drawn({ label, props: { ...props, draw: true, height: 240, layers }, value, readonly, live: true, text: '' }, (wire) =>
    moved(wire as Float64Array),
  );
}

/** What stays of the answer. */
async function outcome(props: Props, label: string, value: unknown): Promise<Element> {
  switch (props['form']) {
    case 'choice':
      return h(
        'div',
        { class: 'predict-choices' },
        ...(props['choices'] as readonly string[]).map((choice, i) => {
          const right = i === props['shown'];
          const words = [...(i === value ? ['your choice'] : []), ...(right ? ['the answer'] : [])];
          return h(
            'span',
            { class: `predict-choice${i === value ? ' chosen' : ''}${right ? ' truth' : ''}` },
            h('span', {}, choice, words.length > 0 ? h('span', { class: 'vh' }, `, ${words.join(', ')}`) : null),
          );
        }),
      );
    case 'order': {
      const chips = (value as readonly string[]).map((text) => ({ text }));
      const row = ordered(chips, 'Your order', true, () => undefined);
      row.set(placesOf(chips, value as readonly string[]));
      return row.element;
    }
    case 'sketch':
      return (await sketch(props, label, value, true, () => undefined, props['shown'])).element;
    default:
      return h('span', {});
  }
}
