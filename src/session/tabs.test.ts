/* Tabs in one process: sessions that only hold a text, one store, one lock and one channel between them, as a browser has them. */

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createKeeper } from './keeper.ts';
import { GradusError } from '../base/errors.ts';
import type { Store } from '../store/types.ts';
import { openTabs, type TabChannel, type TabLocks, type Tabs } from './tabs.ts';
import type { SessionChange } from './types.ts';
import type { StoredNotebook } from '../store/types.ts';

interface Request {
  readonly hold: (lock: unknown) => Promise<unknown>;
  readonly settle: (error?: unknown) => void;
}

/** A lock manager as the browser's: queue, ifAvailable, steal, abort. */
function makeLocks(): TabLocks {
  let held: Request | undefined;
  const waiting: Request[] = [];
  const grant = (request: Request): void => {
    held = request;
    queueMicrotask(() => {
      void request.hold({}).then(() => {
        request.settle();
        if (held !== request) return;
        held = undefined;
        const next = waiting.shift();
        if (next) grant(next);
      });
    });
  };
  return {
    request: (_, { ifAvailable, steal, signal }, hold) =>
      new Promise<unknown>((resolve, reject) => {
        const request: Request = { hold, settle: (error) => (error === undefined ? resolve(undefined) : reject(error)) };
        if (steal) {
          held?.settle(new Error('stolen'));
          grant(request);
        } else if (!held) grant(request);
        else if (ifAvailable) void hold(null).then(resolve);
        else {
          waiting.push(request);
          signal?.addEventListener('abort', () => {
            const at = waiting.indexOf(request);
            if (at >= 0) waiting.splice(at, 1);
            reject(new Error('aborted'));
          });
        }
      }),
  };
}

function makeChannels(delay: () => number): (name: string) => TabChannel {
  const open = new Set<TabChannel>();
  return () => {
    const channel: TabChannel = {
      onmessage: null,
      postMessage: (data) => {
        const copy = structuredClone(data);
        const others = [...open].filter((other) => other !== channel);
        setTimeout(() => others.forEach((other) => open.has(other) && other.onmessage?.({ data: copy })), delay());
      },
      close: () => open.delete(channel),
    };
    open.add(channel);
    return channel;
  };
}

/** A browser with one notebook in its store. Sessions are texts; what they keep, they keep as real ones do. */
function makeBrowser(text = 'start\n', delay: () => number = () => 1) {
  let stored: StoredNotebook = { id: 'n', title: 'N', text, revision: 1, createdAt: 0, updatedAt: 0 };
  const locks = makeLocks(),
    openChannel = makeChannels(delay);
  const store = {
    notebook: async () => stored,
    saveNotebook: async (record: StoredNotebook, known: number) => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      const again = stored.revision === record.revision && stored.text === record.text;
      if (!again && (stored.revision >= record.revision || stored.revision > known)) throw new GradusError('revision', 'Stored since.', '');
      stored = record;
      return 'newer';
    },
    outputs: async () => [],
    listen: () => () => undefined,
  } as unknown as Store;

  /** `deaf`: what is said to it now it never hears. `frozen`: it hears it when it is no longer. `loadMs`: until it can be edited. `typed`: at the end, before it knows
      of other tabs. */
  function open(me: string, { frozen = (): boolean => false, deaf = (): boolean => false, loadMs = 0, typed = '' } = {}) {
    const listeners = new Set<(change: SessionChange) => void>();
    const state = { text: stored.text, revision: stored.revision, events: [] as string[] };
    const tell = (): void => listeners.forEach((listener) => listener({ saved: true }));
    let loaded: Promise<void> | undefined;
    const editable = (): Promise<void> => (loaded ??= loadMs ? new Promise((resolve) => setTimeout(resolve, loadMs)) : Promise.resolve());
    const setText = async (next: string, revision: number): Promise<void> => {
      await editable();
      state.text = next;
      state.revision = Math.max(state.revision, revision);
      tell();
    };
    const keeper = createKeeper({
      store: Promise.resolve(store),
      now: Date.now,
      notebook: () => ({ id: 'n', title: 'N', text: state.text, revision: state.revision }),
      stored,
      changed: tell,
      editable,
      adopt: setText,
      written: () => undefined,
      again: () => undefined,
    });
    if (typed) {
      state.text += typed;
      state.revision++;
    }
    const channel = openChannel('');
    const tabs: Tabs = openTabs({
      me,
      locks,
      openChannel: () => {
        const inner: TabChannel = {
          onmessage: null,
          postMessage: (data) => channel.postMessage(data),
          close: () => channel.close(),
        };
        const deliver = (event: { readonly data: unknown }): void => {
          if (frozen()) setTimeout(() => deliver(event), 5);
          else inner.onmessage?.(event);
        };
        channel.onmessage = (event) => {
          if (!deaf()) deliver(event);
        };
        return inner;
      },
      flushEdits: () => undefined,
      changed: (event) => state.events.push(event === 'role' ? tabs.role : event),
      session: {
        get text() {
          return state.text;
        },
        get revision() {
          return state.revision;
        },
        get saved() {
          return keeper.saved;
        },
        editable,
        setText: (next, _, revision) => setText(next, revision!),
        subscribe: (listener) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
      keeping: Object.assign(keeper, { shared: 'n' }),
    });
    return {
      tabs,
      state,
      edit(change: (text: string) => string) {
        state.text = change(state.text);
        state.revision++;
        tell();
        keeper.saveSoon();
      },
      flush: keeper.flush,
      saved: () => keeper.saved,
    };
  }
  return { open, stored: () => stored };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());
const soon = (ms = 50): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe('two tabs', () => {
  test('the first writes, the second follows letter by letter', async () => {
    const browser = makeBrowser();
    const a = browser.open('a');
    await soon();
    const b = browser.open('b');
    await soon();
    expect([a.tabs.role, b.tabs.role]).toEqual(['writer', 'follower']);
    a.edit((text) => `${text}one\n`);
    await soon();
    expect(b.state.text).toBe('start\none\n');
    await soon(500);
    expect(b.state.revision).toBe(a.state.revision);
    expect([a.saved(), b.saved()]).toEqual(Array(2).fill(a.state.revision));
    expect(browser.stored().text).toBe('start\none\n');
  });

  test('an edit in the follower takes over by itself', async () => {
    const browser = makeBrowser();
    const [a, b] = [browser.open('a'), browser.open('b')];
    await soon();
    b.edit((text) => `${text}mine\n`);
    await soon();
    expect([a.tabs.role, b.tabs.role]).toEqual(['follower', 'writer']);
    expect(a.state.text).toBe('start\nmine\n');
    expect(browser.stored()).toMatchObject({ text: 'start\nmine\n', revision: b.state.revision });
  });

  test('what both changed at the same moment is in both', async () => {
    const browser = makeBrowser('one\ntwo\n', () => 20);
    const [a, b] = [browser.open('a'), browser.open('b')];
    await soon(200);
    a.edit((text) => text.replace('one', 'ONE'));
    b.edit((text) => text.replace('two', 'TWO'));
    await soon(500);
    expect([a.state.text, b.state.text, browser.stored().text]).toEqual(Array(3).fill('ONE\nTWO\n'));
    expect(b.state.events).toContain('merged');
  });

  test('an edit while the editing itself is still being loaded is not overwritten by what is followed', async () => {
    const browser = makeBrowser('one\ntwo\n');
    const a = browser.open('a');
    await soon();
    const b = browser.open('b', { loadMs: 100 });
    a.edit((text) => text.replace('one', 'ONE'));
    await soon(50);
    b.edit((text) => text.replace('two', 'TWO'));
    await soon(3000);
    expect([a.state.text, b.state.text, browser.stored().text]).toEqual(Array(3).fill('ONE\nTWO\n'));
  });

  test('an edit while what takes over is still being loaded is merged with what the other wrote', async () => {
    const browser = makeBrowser('one\ntwo\nthree\n');
    const a = browser.open('a');
    await soon();
    const b = browser.open('b', { loadMs: 400 });
    b.edit((text) => text.replace('two', 'TWO'));
    a.edit((text) => text.replace('one', 'ONE'));
    await soon(200);
    b.edit((text) => text.replace('three', 'THREE'));
    await soon(3000);
    expect([a.state.text, b.state.text, browser.stored().text]).toEqual(Array(3).fill('ONE\nTWO\nTHREE\n'));
  });

  test('"Take over" hands the writing over without an edit', async () => {
    const browser = makeBrowser();
    const [a, b] = [browser.open('a'), browser.open('b')];
    await soon();
    b.tabs.takeOver();
    await soon();
    expect([a.tabs.role, b.tabs.role]).toEqual(['follower', 'writer']);
    a.edit((text) => `${text}back\n`);
    await soon();
    expect([a.tabs.role, b.tabs.role]).toEqual(['writer', 'follower']);
    expect(b.state.text).toBe('start\nback\n');
  });

  test('closing the writer hands over to the follower', async () => {
    const browser = makeBrowser();
    const [a, b] = [browser.open('a'), browser.open('b')];
    await soon();
    a.edit((text) => `${text}last\n`);
    void a.flush();
    await soon(5);
    a.tabs.close();
    await soon();
    expect(b.tabs.role).toBe('writer');
    expect(b.state.text).toBe('start\nlast\n');
  });

  test.each([true, false])(
    'a tab that joins between an edit and its "saved" does not take the one for its own (the writer closes: %s)',
    async (closes) => {
      let missed = false;
      const browser = makeBrowser();
      const a = browser.open('a');
      await soon();
      const b = browser.open('b', { deaf: () => missed && !(missed = false) });
      await soon();
      missed = true; // the next message, and no other
      a.edit((text) => `${text}last\n`);
      void a.flush();
      await soon(5);
      if (closes) a.tabs.close();
      await soon();
      expect(b.state.text).toBe('start\nlast\n');
      b.edit((text) => `${text}more\n`);
      await soon(3000);
      expect([b.state.text, browser.stored().text]).toEqual(Array(2).fill('start\nlast\nmore\n'));
    },
  );

  test('a writer that does not answer is robbed, and its edits are merged when it wakes', async () => {
    let asleep = false;
    const browser = makeBrowser('one\ntwo\n');
    const a = browser.open('a', { frozen: () => asleep });
    await soon();
    const b = browser.open('b');
    await soon();
    asleep = true;
    b.edit((text) => text.replace('two', 'TWO'));
    await soon(3000);
    expect(b.tabs.role).toBe('writer');
    expect(browser.stored().text).toBe('one\nTWO\n');
    asleep = false;
    a.edit((text) => text.replace('one', 'ONE'));
    await soon(3000);
    expect([a.state.text, b.state.text, browser.stored().text]).toEqual(Array(3).fill('ONE\nTWO\n'));
  });

  test('what a robbed writer had sent, and the robber did not take, is merged', async () => {
    let busy = false;
    const browser = makeBrowser('one\ntwo\nthree\n');
    const a = browser.open('a', { frozen: () => busy });
    await soon();
    const b = browser.open('b');
    await soon();
    a.edit((text) => text.replace('three', 'THREE')); // b has this, stored or not
    await soon(10);
    busy = true;
    b.edit((text) => text.replace('two', 'TWO'));
    await soon(980);
    a.edit((text) => text.replace('one', 'ONE'));
    await soon(40);
    busy = false;
    await soon(3000);
    expect([a.state.text, b.state.text, browser.stored().text]).toEqual(Array(3).fill('ONE\nTWO\nTHREE\n'));
  });

  test('an edit that another tab has stored does not come back where a third has changed it', async () => {
    let busy = false;
    const browser = makeBrowser('one\n');
    const a = browser.open('a', { frozen: () => busy });
    const b = browser.open('b');
    await soon();
    a.edit((text) => `${text}hello\n`);
    await soon(5);
    b.tabs.takeOver();
    await soon(3000);
    expect([b.tabs.role, browser.stored().text]).toEqual(['writer', 'one\nhello\n']);
    b.tabs.close();
    busy = true;
    await soon();
    const c = browser.open('c');
    c.tabs.takeOver();
    await soon(3000);
    c.edit((text) => text.replace('hello', 'goodbye'));
    await soon(3000);
    busy = false;
    await soon(5000);
    expect([a.state.text, c.state.text, browser.stored().text]).toEqual(Array(3).fill('one\ngoodbye\n'));
  });

  test('a third tab gets what the others write, and one of two that ask at once waits for the other', async () => {
    const browser = makeBrowser('one\ntwo\nthree\n');
    const [a, b, c] = [browser.open('a'), browser.open('b'), browser.open('c')];
    await soon();
    b.edit((text) => text.replace('two', 'TWO'));
    c.edit((text) => text.replace('three', 'THREE'));
    await soon(3000);
    expect([a.state.text, b.state.text, c.state.text, browser.stored().text]).toEqual(Array(4).fill('one\nTWO\nTHREE\n'));
    expect([a, b, c].filter(({ tabs }) => tabs.role === 'writer')).toHaveLength(1);
    expect([a, b, c].filter(({ tabs }) => tabs.role === 'follower')).toHaveLength(2);
  });

  test('edited before it knows of the other tab: nothing of it is lost', async () => {
    const browser = makeBrowser('one\ntwo\n');
    const a = browser.open('a');
    await soon();
    const b = browser.open('b', { typed: 'early\n' });
    a.edit((text) => `zero\n${text}`);
    await soon(3000);
    expect([a.state.text, b.state.text, browser.stored().text]).toEqual(Array(3).fill('zero\none\ntwo\nearly\n'));
  });

  test('edited before the roles were known: nothing of it is lost', async () => {
    const browser = makeBrowser('one\ntwo\n');
    const a = browser.open('a');
    await soon();
    const b = browser.open('b');
    b.edit((text) => `${text}early\n`);
    a.edit((text) => `zero\n${text}`);
    await soon(3000);
    expect([a.state.text, b.state.text, browser.stored().text]).toEqual(Array(3).fill('zero\none\ntwo\nearly\n'));
  });
});

/** Edits at random moments in random tabs. `busy`: for so many ms from then on the tab hears nothing, as where its thread has other work. */
const history = (tabs: fc.Arbitrary<number>, busy: fc.Arbitrary<number>) =>
  fc.record({
    tabs,
    /** How long messages take at most, in ms. */
    slow: fc.integer({ min: 1, max: 40 }),
    steps: fc.array(fc.record({ tab: fc.nat(3), wait: fc.constantFrom(0, 0, 1, 3, 10, 60, 300), at: fc.nat(30), busy }), { maxLength: 40 }),
  });

test.each([
  ['two to four tabs edit, whenever', history(fc.integer({ min: 2, max: 4 }), fc.constant(0))],
  ['two tabs edit, deaf for seconds or not', history(fc.constant(2), fc.constantFrom(0, 0, 0, 100, 900, 1500))],
])('whatever %s: every edit is in all of them and in the store', async (_, histories) => {
  await fc.assert(
    fc.asyncProperty(histories, async ({ tabs, steps, slow }) => {
      let n = 0;
      const browser = makeBrowser('a\nb\nc\nd\n', () => 1 + ((n++ * 7) % slow));
      const busyUntil = Array.from({ length: tabs }, () => 0);
      const open = busyUntil.map((_, i) => browser.open(`tab${i}`, { frozen: () => Date.now() < busyUntil[i]! }));
      await soon(slow * 2);
      for (const [i, { tab, wait, at, busy }] of steps.entries()) {
        const t = tab % tabs;
        busyUntil[t] = Math.max(busyUntil[t]!, Date.now() + busy);
        open[t]!.edit((text) => {
          const lines = text.split('\n');
          lines.splice(Math.min(at, lines.length - 1), 0, `edit${i}`);
          return lines.join('\n');
        });
        await soon(wait);
      }
      await soon(10_000);
      const texts = new Set([...open.map(({ state }) => state.text), browser.stored().text]);
      expect(texts.size).toBe(1);
      const lines = [...texts][0]!.split('\n');
      for (const i of steps.keys()) expect(lines).toContain(`edit${i}`);
      for (const line of ['a', 'b', 'c', 'd']) expect(lines).toContain(line);
      if (steps.every(({ busy }) => busy === 0)) expect(new Set(lines).size).toBe(lines.length);
      for (const { tabs } of open) tabs.close();
    }),
    { seed: 17, numRuns: 60 },
  );
});
