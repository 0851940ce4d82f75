/* Two tabs on one notebook: one writes, the others follow it letter by letter. Who writes holds a lock named after the notebook;
   texts travel by a channel of the same name. A follower that is edited takes over by itself: the writer hands it its text,
   and what both changed meanwhile is merged (base/merge.ts), so no edit is lost. Closing the writer hands over to the next
   in the queue. A writer that does not answer is robbed of its lock and comes back as a follower with edits of its own.
   Every text says how many edits of each tab are in it, and each tab looks after its own: those that are not in what another
   tab writes are merged into it, however they got lost (session/own-edits.ts).

     joining ──lock free──> writer <──yielded, or no answer── claiming <──edited, "Take over"── follower
        └──lock taken──> follower       writer ──asked, or robbed──> follower ──lock granted──> writer

   Without locks or a channel nobody calls this: the store's check of revisions and the merge in keeper.ts remain. */

import { merge } from '../base/merge.ts';
import { spliceOf } from '../base/rebase.ts';
import type { Keeping } from './keeping.ts';
import { ownEdits } from './own-edits.ts';
import type { Session } from './types.ts';

/** What this file needs of `navigator.locks`. */
export interface TabLocks {
  request(
    name: string,
    options: { readonly ifAvailable?: boolean; readonly steal?: boolean; readonly signal?: AbortSignal },
    hold: (lock: unknown) => Promise<unknown>,
  ): Promise<unknown>;
}

/** What this file needs of a BroadcastChannel. */
export interface TabChannel {
  postMessage(message: unknown): void;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  close(): void;
}

export interface TabsOptions {
  readonly session: Pick<Session, 'text' | 'revision' | 'saved' | 'setText' | 'editable' | 'subscribe'>;
  readonly keeping: Pick<Keeping, 'shared' | 'hold' | 'follow' | 'latest' | 'base' | 'opened'>;
  readonly locks: TabLocks;
  readonly openChannel: (name: string) => TabChannel;
  /** Hands typed letters that wait in an editor to the session. */
  readonly flushEdits: () => void;
  /** The role is another one, or both tabs' edits have been merged. */
  readonly changed: (event: 'role' | 'merged') => void;
  /** Names this tab. Default: a random id. */
  readonly me?: string;
}

export type Role = 'joining' | 'writer' | 'follower' | 'claiming';

export interface Tabs {
  readonly role: Role;
  /** Makes this tab the one that writes. */
  takeOver(): void;
  close(): void;
}

interface Version {
  readonly text: string;
  readonly revision: number;
  /** The revision that is stored. */
  readonly saved: number;
  /** How many edits of each tab are in it, as far as is known. */
  readonly edits: Edits;
}

type Edits = Readonly<Record<string, number>>;

type Message =
  /** A follower wants the whole text. */
  | { readonly kind: 'hello' }
  /** What the writer has now. */
  | ({ readonly kind: 'text' } & Version)
  /** The same as a change of the text that it had as revision `before`. */
  | {
      readonly kind: 'splice';
      readonly before: number;
      readonly revision: number;
      readonly saved: number;
      readonly edits: Edits;
      readonly start: number;
      readonly end: number;
      readonly insert: string;
    }
  /** A revision is stored, with so many edits of each tab, as far as is known. */
  | { readonly kind: 'saved'; readonly saved: number; readonly edits: Edits }
  /** A follower wants to write. */
  | { readonly kind: 'claim'; readonly from: string }
  /** The writer hands over. */
  | ({ readonly kind: 'yield'; readonly to: string } & Version);

const askMs = 250,
  asks = 4,
  yieldMs = 2000;

export function openTabs({ session, keeping, locks, openChannel, flushEdits, changed, me = crypto.randomUUID() }: TabsOptions): Tabs {
  const { shared: name } = keeping;
  const channel = openChannel(name);
  const post = (message: Message): void => channel.postMessage(message);
  const closing = new AbortController();
  let role: Role = 'joining';
  /** The text that this tab and the others last had in common: what it sent, or what it was sent. */
  let shared = keeping.opened;
  let sharedSaved = session.saved;
  const mine = ownEdits(keeping.opened.text);
  /** Edits of the others that are in the session's text. */
  let others: Edits = {};
  let held: { readonly release: () => void } | undefined;
  let queued = false;
  /** The session's text is being replaced from here: what changes now is no edit. */
  let adopting = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;
  let turn: Promise<void> = Promise.resolve();

  /** One after another: what a message leads to may take a while. */
  const inTurn = (work: () => Promise<void> | void): void => {
    turn = turn.then(work).catch(() => undefined);
  };
  const be = (next: Role): void => {
    if (role === next || closing.signal.aborted) return;
    role = next;
    keeping.hold(next !== 'writer');
    changed('role');
  };
  const edited = (): boolean => session.text !== shared.text;
  const editsNow = (): Edits => {
    mine.note(session); // whether or not it has been told
    return { ...others, [me]: mine.count };
  };
  const now = (): Version => ({ text: session.text, revision: session.revision, saved: session.saved, edits: editsNow() });
  /** Another tab's text holds so many of this tab's edits: what both have is the text before the next one. */
  const compare = (edits: Edits): void => {
    mine.note(session);
    shared = { text: mine.before(edits[me] ?? 0) ?? session.text, revision: shared.revision };
  };

  // ---- the lock
  function acquire(options: Parameters<TabLocks['request']>[1], then: (got: boolean) => void): void {
    let mine: typeof held;
    locks
      .request(name, options, (lock) => {
        if (lock === null) return Promise.resolve(then(false));
        return new Promise<void>((resolve) => {
          held = mine = { release: resolve };
          then(true);
        });
      })
      .catch(() => {
        if (mine === undefined || mine !== held) return; // the page closes, or this tab took it from itself
        held = undefined;
        inTurn(robbed);
      });
  }
  function queue(): void {
    if (queued || closing.signal.aborted) return;
    queued = true;
    acquire({ signal: closing.signal }, () => {
      queued = false;
      inTurn(() => write());
    });
  }
  /** Another tab took the lock: it writes now. What was typed here since is its business by a claim. */
  function robbed(): void {
    queue();
    if (role === 'writer') {
      be('follower');
      post({ kind: 'hello' });
      if (edited()) claim();
    } else if (role === 'follower') clearTimeout(timer);
  }

  // ---- writing
  /** Becomes the writer, with what the one before it had: as it handed over, else as it is stored. */
  async function write(theirs?: Version): Promise<void> {
    clearTimeout(timer);
    if (closing.signal.aborted) return;
    if (theirs === undefined) {
      const stored = await keeping.latest().catch(() => undefined);
      if (stored && stored.revision > Math.max(shared.revision, session.saved))
        theirs = { text: stored.text, revision: stored.revision, saved: stored.revision, edits: {} }; // what is in it is not known
    }
    if (theirs !== undefined) await join(theirs);
    be('writer');
    keeping.hold(false);
    shared = { text: session.text, revision: session.revision };
    sharedSaved = session.saved;
    post({ kind: 'text', ...now() });
  }
  async function join(theirs: Version): Promise<void> {
    flushEdits();
    compare(theirs.edits);
    if (session.text !== theirs.text || session.revision < theirs.revision) {
      await session.editable(); // it may take a while: what is typed until then is in `session.text` below
      flushEdits();
    }
    const follow = (): void => {
      keeping.follow(theirs.text, theirs.saved, theirs.revision);
      others = theirs.edits;
    };
    if (session.text === theirs.text && session.revision >= theirs.revision) return follow();
    const { text } = merge(shared.text, session.text, theirs.text);
    const both = text !== theirs.text && theirs.text !== shared.text;
    await replace(text, text === theirs.text ? theirs.revision : Math.max(session.revision, theirs.revision) + 1);
    follow(); // not before the session holds it: what is stashed meanwhile does not
    if (both) changed('merged');
  }
  async function replace(text: string, revision: number): Promise<void> {
    adopting = true;
    try {
      await session.setText(text, 'follow', revision);
    } finally {
      adopting = false;
      mine.adopted(text);
      mine.note(session);
    }
  }
  function send(): void {
    const { text, revision } = session;
    const { start, end, insert } = spliceOf(shared.text, text);
    post({ kind: 'splice', before: shared.revision, revision, saved: session.saved, edits: editsNow(), start, end, insert });
    shared = { text, revision };
    sharedSaved = session.saved;
  }

  // ---- following
  function claim(): void {
    if (role !== 'follower' && role !== 'joining') return;
    be('claiming');
    asked = 0;
    ask();
  }
  function ask(): void {
    clearTimeout(timer);
    if (role !== 'claiming') return;
    if (asked++ >= asks) return inTurn(() => take());
    post({ kind: 'claim', from: me });
    timer = setTimeout(ask, askMs);
  }
  /** Takes the lock, from whoever holds it. */
  async function take(theirs?: Version): Promise<void> {
    clearTimeout(timer);
    if (role !== 'claiming') return;
    held = undefined;
    await new Promise<void>((resolve) => acquire({ steal: true }, () => resolve()));
    await write(theirs);
  }
  async function adopt(version: Version): Promise<void> {
    if (role !== 'follower') return;
    await session.editable(); // it may take a while: what is typed until then is an edit
    flushEdits();
    if (role !== 'follower') return;
    compare(version.edits);
    if (edited()) return claim();
    if (version.revision < shared.revision) return;
    await replace(version.text, version.revision);
    shared = { text: version.text, revision: version.revision };
    others = version.edits;
    if (version.saved >= version.revision) mine.stored(version.edits[me] ?? 0);
    keeping.follow(version.text, version.saved, version.revision);
    if (edited()) claim();
  }

  async function receive(message: Message): Promise<void> {
    switch (message.kind) {
      case 'hello':
        if (role === 'writer') {
          flushEdits();
          if (edited()) send();
          post({ kind: 'text', ...now() });
        }
        return;
      case 'text':
        if (role === 'claiming') {
          asked = 0; // another one was first: ask that one
          ask();
        } else await adopt(message);
        return;
      case 'splice': {
        if (role !== 'follower') return;
        const { before, revision, saved, edits, start, end, insert } = message;
        if (before === shared.revision)
          await adopt({ text: shared.text.slice(0, start) + insert + shared.text.slice(end), revision, saved, edits });
        else if (revision > shared.revision) post({ kind: 'hello' });
        return;
      }
      case 'saved':
        mine.stored(message.edits[me] ?? 0);
        if (role !== 'follower' || edited()) return;
        // What was written before this tab joined is not in its text: it is asked for, else it would count as known and be written over.
        if (message.saved > shared.revision) post({ kind: 'hello' });
        else keeping.follow(shared.text, message.saved, message.saved);
        return;
      case 'claim':
        if (role !== 'writer') return;
        flushEdits();
        shared = { text: session.text, revision: session.revision };
        post({ kind: 'yield', to: message.from, ...now() });
        be('follower');
        timer = setTimeout(() => {
          if (held) inTurn(() => (role === 'follower' && held ? write() : undefined)); // who asked is gone
        }, yieldMs);
        return;
      case 'yield':
        if (message.to === me) await take(message);
        return;
      default:
        message satisfies never;
    }
  }

  channel.onmessage = ({ data }) => inTurn(() => receive(data as Message));
  const unsubscribe = session.subscribe(() => {
    if (adopting) return;
    mine.note(session);
    if (role === 'writer') mine.storedAs(session.saved);
    if (session.revision !== shared.revision && edited()) {
      if (role === 'writer') send();
      else if (role === 'follower') claim();
    } else if (role === 'writer' && session.saved !== sharedSaved) {
      sharedSaved = session.saved;
      post({ kind: 'saved', saved: sharedSaved, edits: sharedSaved >= session.revision ? editsNow() : {} });
    }
  });
  acquire({ ifAvailable: true }, (got) =>
    inTurn(() => {
      if (got) {
        shared = { text: keeping.base, revision: session.saved }; // nobody else had it: what is stored is what was shared
        return write();
      }
      be('follower');
      queue();
      post({ kind: 'hello' });
      return edited() ? claim() : undefined;
    }),
  );

  return {
    get role() {
      return role;
    },
    takeOver: claim,
    close() {
      clearTimeout(timer);
      unsubscribe();
      closing.abort();
      held?.release();
      keeping.hold(false);
      channel.close();
    },
  };
}
