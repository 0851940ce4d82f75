/* Progress in the outline: at the right of each section how many of its exercises are passed, and its point. */

import type { StoredAnswer } from '../../store/types.ts';
import { setText } from '../dom.ts';
import { pointOf, tally } from './words.ts';

export function drawRail(
  exercises: readonly { readonly section: HTMLElement | undefined; readonly answer: StoredAnswer | undefined }[],
): void {
  const links = new Map(
    [...document.querySelectorAll<HTMLAnchorElement>('#outline .toc a')].map((link) => [decodeURIComponent(link.hash.slice(1)), link]),
  );
  const sections = new Map<string, (StoredAnswer | undefined)[]>();
  for (const { section, answer } of exercises) if (section?.id) sections.set(section.id, [...(sections.get(section.id) ?? []), answer]);
  for (const [id, answers] of sections) {
    const link = links.get(id);
    const point = link?.querySelector('.pt'),
      words = link?.querySelector<HTMLElement>('.tally');
    if (!point || !words) continue;
    const passed = answers.filter((answer) => answer?.passed).length;
    const begun = answers.some((answer) => (answer?.attempts ?? 0) > 0);
    const only = answers.length === 1 ? answers[0] : undefined;
    setText(words, answers.length === 1 ? (only?.passed ? 'passed' : tally(only?.verdict)) : `${passed} of ${answers.length}`);
    const name = passed === answers.length ? 'pt done' : answers.length === 1 ? pointOf(only) : begun ? 'pt half' : 'pt';
    if (point.className !== name) point.className = name;
  }
}
