/* The strict profile for HTML that comes from a notebook's text: no scripts, styles, forms, frames or handlers. Loaded with
   the first Markdown that is drawn in the browser. */

import DOMPurify from 'dompurify';

const profile = {
  USE_PROFILES: { html: true, svg: true, mathMl: true },
  FORBID_TAGS: [
    'style',
    'form',
    'button',
    'textarea',
    'select',
    'option',
    'iframe',
    'object',
    'embed',
    'link',
    'meta',
    'base',
    'dialog',
    'foreignObject',
    'use',
  ],
  FORBID_ATTR: ['style', 'id', 'name', 'srcset', 'ping', 'formaction', 'contenteditable', 'popovertarget', 'popovertargetaction'],
  ALLOW_DATA_ATTR: false,
  SANITIZE_NAMED_PROPS: true,
};

/** Raw HTML in a reader's prose, as a harmless string. */
export function sanitise(html: string): string {
  return DOMPurify.sanitize(html, { ...profile, RETURN_TRUSTED_TYPE: false });
}
