/* The one place where strings become elements. */

/** Fills `element` with markup that our own renderer wrote, already sanitised inside (sanitise.ts). */
export function setMarkup(element: Element, html: string): void {
  const policy = policyOf();
  element.innerHTML = (policy === undefined ? html : policy.createHTML(html)) as string;
}

interface Policy {
  createHTML(html: string): unknown;
}
let policy: Policy | undefined;

function policyOf(): Policy | undefined {
  const types = (globalThis as { trustedTypes?: { createPolicy(name: string, rules: { createHTML(html: string): string }): Policy } })
    .trustedTypes;
  if (types === undefined) return undefined;
  return (policy ??= types.createPolicy('gradus', { createHTML: (html) => html }));
}
