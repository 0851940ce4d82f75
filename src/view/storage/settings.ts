/* The settings: whether notebooks that ask for it run when they are opened (in the store), and the theme (beside it, since the page
   needs it before its first frame). */

import type { Store } from '../../store/types.ts';
import { h } from '../dom.ts';

const themes = [
  ['', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
] as const;

/** `store` absent: what would be kept there is not offered. */
export function makeSettings(store: Pick<Store, 'setting' | 'saveSetting'> | undefined): Node[] {
  const runs = h('input', { type: 'checkbox', id: 'setting-open', checked: true });
  const says = h('span', { class: 'quiet', role: 'status' });
  void store?.setting('open').then(
    (value) => {
      runs.checked = value !== 'wait';
    },
    () => undefined,
  );
  runs.addEventListener('change', () => {
    store?.saveSetting('open', runs.checked ? 'run' : 'wait').then(
      () => {
        says.textContent = 'Kept.';
      },
      () => {
        runs.checked = !runs.checked;
        says.textContent = 'Not kept: the storage is not available.';
      },
    );
  });

  const page = document.documentElement;
  const chosen = stored();
  const theme = h(
    'fieldset',
    { class: 'themes' },
    h('legend', {}, 'Theme'),
    ...themes.map(([value, label]) => {
      const radio = h('input', { type: 'radio', name: 'theme', value, checked: chosen === value });
      radio.addEventListener('change', () => {
        if (value === '') delete page.dataset['theme'];
        else page.dataset['theme'] = value;
        try {
          if (value === '') localStorage.removeItem('theme');
          else localStorage.setItem('theme', value);
        } catch {
          /* it holds for this page */
        }
      });
      return h('label', {}, radio, h('span', {}, label));
    }),
  );
  return [
    h('h2', { id: 'settings' }, 'Settings'),
    ...(store
      ? [
          h(
            'p',
            { class: 'check' },
            runs,
            h(
              'label',
              { for: 'setting-open' },
              'Run on opening',
              h(
                'span',
                { class: 'quiet' },
                'Notebooks that ask for it, such as the steps of the course, run when they are opened, so that their figures answer at once.',
              ),
            ),
            says,
          ),
        ]
      : []),
    theme,
  ];
}

function stored(): string {
  try {
    return localStorage.getItem('theme') ?? '';
  } catch {
    return '';
  }
}
