/* Where the `${…}` of a piece of Markdown stand, for who shows prose that is being written. */

export { expressions } from '../document/prose.ts';
