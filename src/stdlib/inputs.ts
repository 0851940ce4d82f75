/* `Inputs`: what a cell may ask its reader, with the signatures, options and values of Observable Inputs 0.12 (what differs is
   said in docs/notebook-format.md). A handle holds value and options in the worker; functions among the options run here. The
   page draws a native control from `label`, `props` and the *wire value*, and sends wire values back.

   type      props (beside disabled, width, required, labelHtml, address, invalid: the sentence to show)       wire value
   range     min max step ('any' | number) text? scale? (values at even slider places) placeholder             number
   number    min? max? step placeholder text?                                                                  number | null
   select    labels multiple size?          radio: labels                                 index | null; multiple: index[]
   checkbox  labels                                                                       index[]
   toggle    -                                                                            boolean
   text      type placeholder pattern min max minlength maxlength datalist submit         what stands in the field
             spellcheck autocomplete autocapitalize readonly judged (the worker validates: send all)
   textarea  the same without type, pattern, datalist; rows monospace resize              the same
   color     datalist submit readonly                                                     "#rrggbb"
   date      min? max? ("2024-01-31") submit readonly   datetime: ("2024-01-31T12:30")    the same, or ""
   button    labels (one per button)                                                      index of the pressed one
   file      accept? capture? multiple                                                    File | File[] | null
   search    placeholder datalist text ("3 results") spellcheck …                         the query
   table     columns rows total multiple selectable sorted turn lines height …                 index[] of chosen rows in the order shown;
                                                                                          { sort: column, reverse }, { all }
   form      fields: outputs with a key, html? (of `template`)                            none: its fields have ids of their own

   A label of a choice or a button is a string, or { html, text }. `disabled` is a boolean, or an array of indices. */

import { apartFunctions } from '../base/apart.ts';
import { button, file } from './inputs/actions.ts';
import { chooser, toggle } from './inputs/choices.ts';
import { formatDate, formatLocaleAuto, formatLocaleNumber, formatTrim, searchFilter } from './inputs/format.ts';
import { bind, disposal, form, input } from './inputs/forms.ts';
import type { Input as Handle } from './inputs/input.ts';
import { number, range } from './inputs/numbers.ts';
import { search, table } from './inputs/rows.ts';
import { calendar, color, text, textarea, type TextOptions } from './inputs/texts.ts';

export { Input } from './inputs/input.ts';

const typed =
  (type: string) =>
  (options: TextOptions = {}): Handle =>
    text(typeof options === 'object' && options !== null ? { ...options, type } : options);

/** All but numbers may lie apart (scripts/engine-parts.mjs). */
export const Inputs = apartFunctions('Inputs', {
  range,
  number,
  select: chooser('select'),
  radio: chooser('radio'),
  checkbox: chooser('checkbox'),
  toggle,
  text,
  email: typed('email'),
  tel: typed('tel'),
  url: typed('url'),
  password: typed('password'),
  textarea,
  button,
  color,
  date: calendar('date'),
  datetime: calendar('datetime'),
  file,
  search,
  table,
  form,
  bind,
  input,
  disposal,
  searchFilter,
  formatAuto: formatLocaleAuto(),
  formatLocaleAuto,
  formatNumber: formatLocaleNumber(),
  formatLocaleNumber,
  formatTrim,
  formatDate,
});
