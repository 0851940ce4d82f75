/* Going to a section of the page. */

/** Brings a heading into view and puts the focus there, so that reading goes on from it. */
export function goToHeading(heading: HTMLElement): void {
  if (!heading.hasAttribute('tabindex')) heading.tabIndex = -1;
  heading.scrollIntoView({ block: 'start' });
  heading.focus({ preventScroll: true });
}
