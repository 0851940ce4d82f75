/* The notebook that comes alive: binds a session to the page that the static renderer wrote and never renders it anew.
   Each `[data-cell]` shell gets a CellView fed by its own signal; prose values, bar, keys and live regions follow the same
   session. What only some readers need (features/) comes later, by the same context. What the page cannot know by itself (its
   address, the store) comes in by options. */

import { createRenderEffect, createRoot, on, untrack } from 'solid-js';
import type { Session } from '../session/types.ts';
import type { CellStatus } from '../session/types.ts';
import { makeVoice } from './announce.ts';
import { bindBar } from './bar.ts';
import { CellView, type CellHost } from './cell.ts';
import { createCommands } from './commands/commands.ts';
import { implementCore } from './commands/core.ts';
import type { NotebookContext, NotebookOptions } from './context.ts';
import { decoded, fill, h, setAttribute } from './dom.ts';
import { bindKeyboard } from './keyboard.ts';
import { errorBody } from './outputs/error.ts';
import { watchOtherTabs } from './other-tabs.ts';
import { makeLive } from './reactive.ts';
import { createSelection } from './selection.ts';
import { followValues } from './values.ts';
import { plural } from './words.ts';

const pulseLimit = 20,
  clockMs = 100;

export function bindNotebook(root: HTMLElement, session: Session, options: NotebookOptions): () => void {
  return createRoot((disposeRoot) => {
    const live = makeLive(session),
      voice = makeVoice(),
      now = options.now ?? Date.now;
    const views = new Map<string, CellView>();
    const effects = new Map<string, () => void>();
    const running = new Set<string>(),
      failed = new Set<string>(),
      pending = new Set<string>();
    let asked: ReadonlySet<string> | 'all' | undefined;
    const page = document.documentElement;
    let gone = false;

    // ---- what the reader does
    const flushEdits = (): void => {
      for (const id of [...pending]) views.get(id)?.flush();
    };
    const allowed = (): boolean => {
      if (options.locked === undefined) return true;
      voice.toast(options.locked);
      return false;
    };
    const act = (what: () => void, about?: ReadonlySet<string> | 'all'): void => {
      flushEdits();
      if (about !== undefined) {
        if (!allowed()) return;
        asked = about;
      }
      what();
      live.settle();
    };
    const run = (id: string): void => {
      const state = session.cell(id)?.state;
      if (state === 'off') voice.toast(`Cell ${id} is off: it is not evaluated and defines nothing.`);
      else act(() => session.runCell(id), new Set([id]));
    };
    const go = (id: string, line: number, column: number): void => {
      views.get(id)?.element.scrollIntoView({ block: 'nearest' });
      views.get(id)?.focusCode({ line, column });
    };
    const select = (id: string): void => {
      const element = views.get(id)?.element;
      element?.dispatchEvent(new Event('reveal', { bubbles: true }));
      element?.focus({ preventScroll: true });
      element?.scrollIntoView({ block: 'nearest' });
    };
    const markRevision = (): void => {
      setAttribute(page, 'data-revision', String(session.revision + pending.size));
    };
    const host: CellHost = {
      run,
      go,
      now,
      input: (id, value) => {
        if (allowed()) session.input(id, value);
      },
      control: (id, action) => session.control(id, action),
      edit: (id, code) => {
        session.edit(id, code);
        live.settle();
      },
      pending: (id, waits) => {
        if (waits) pending.add(id);
        else pending.delete(id);
        markRevision();
      },
      look: (id) => session.cell(id),
      curves: {
        live: session.curves,
        earlier: session.earlierRuns,
        fate: session.fate,
        resume: async (id) => (allowed() ? session.resume(id) : undefined),
        passes: (name) => session.notebook.front?.pass.filter(({ run }) => run === name) ?? [],
      },
      ask: session.look,
    };

    // ---- cells: shells in the page follow the list of ids
    const bind = (element: HTMLElement, id: string): void => {
      const status = session.cell(id);
      if (status === undefined) return;
      const view = new CellView(element, status, host);
      views.set(id, view);
      watch(view, id);
      note(undefined, status);
    };
    const watch = (view: CellView, id: string): void => {
      effects.get(id)?.();
      effects.set(
        id,
        createRoot((dispose) => {
          const cell = live.cell(id);
          createRenderEffect(
            on(cell, (status) => {
              if (status === undefined) return;
              const before = view.status;
              if (before === status) return;
              untrack(() => view.update(status));
              note(before, status);
            }),
          );
          return dispose;
        }),
      );
    };
    /** Who runs and who failed, for the clock, the margin and the announcements. */
    const ended = new Map<string, CellStatus['state']>();
    const note = (before: CellStatus | undefined, status: CellStatus): void => {
      if (status.state === 'running') running.add(status.id);
      else running.delete(status.id);
      if (status.state === 'error') failed.add(status.id);
      else failed.delete(status.id);
      if (before === undefined || before.state === status.state) return;
      if (status.state === 'done' || status.state === 'error' || status.state === 'stale') ended.set(status.id, status.state);
      if (status.state === 'error' && (asked === 'all' || asked?.has(status.id) === true)) {
        voice.alert(`Cell ${status.id} failed: ${status.error?.message ?? ''}`);
        asked = undefined;
      }
    };
    const rename = (pairs: readonly (readonly [from: string, to: string])[]): void => {
      const moved = pairs.map(([from, to]) => ({ view: views.get(from), to, waits: pending.has(from) }));
      for (const [from] of pairs) forget(from);
      for (const { view, to, waits } of moved) {
        const status = session.cell(to);
        if (view === undefined || status === undefined) continue;
        views.set(to, view);
        if (waits) pending.add(to);
        view.update(status);
        note(undefined, status);
      }
      for (const { view, to } of moved) if (view !== undefined) watch(view, to);
      selection.rename(pairs);
    };
    const forget = (id: string): void => {
      effects.get(id)?.();
      effects.delete(id);
      views.delete(id);
      running.delete(id);
      failed.delete(id);
      pending.delete(id);
    };
    const unbind = (id: string): void => {
      views.get(id)?.dispose();
      forget(id);
    };
    for (const element of root.querySelectorAll<HTMLElement>('[data-cell]')) bind(element, element.dataset['cell'] ?? '');
    const values = followValues(live);
    values.bind(root);
    let unfollow: (() => void) | undefined;
    session.beforeEdits(async () => {
      const { followBlocks } = await import('./blocks.ts');
      if (!gone)
        unfollow = followBlocks({ root, session, live, values, bind, rename, unbind, drawn: () => root.dispatchEvent(new Event('drawn')) });
    });

    // ---- errors of no known cell
    const notices = h('div', { class: 'notices' });
    let noticed = 0;
    createRenderEffect(
      on(live.notices, (list) => {
        const latest = list.at(-1);
        if (list.length > noticed && latest !== undefined) voice.toast([latest.message, latest.hint].filter(Boolean).join(' '));
        noticed = list.length;
        fill(notices, ...list.slice(-3).map((error) => h('div', { class: 'error' }, ...errorBody(error, '', { go }))));
        if (list.length > 0 && !notices.isConnected) root.append(notices);
      }),
    );

    // ---- facts for the document, the clock, the words that depend on other cells
    let clock: ReturnType<typeof setInterval> | undefined,
      wasBusy = session.busy;
    const countWaiting = (id: string): number => {
      const seen = new Set<string>(),
        next = [id];
      for (let at = next.pop(); at !== undefined; at = next.pop()) {
        for (const user of session.cell(at)?.usedBy ?? [])
          if (!seen.has(user) && session.cell(user)?.state === 'blocked') {
            seen.add(user);
            next.push(user);
          }
      }
      return seen.size;
    };
    live.onDrawn((changed) => {
      if (changed.size === 0) return;
      if (changed.size <= pulseLimit) for (const id of changed) if (ended.get(id) === 'done') views.get(id)?.pulse();
      for (const id of failed) views.get(id)?.tick(countWaiting(id));
      if (running.size > 0)
        clock ??= setInterval(() => {
          for (const id of running) views.get(id)?.tick();
        }, clockMs);
      else {
        clearInterval(clock);
        clock = undefined;
      }
      if (wasBusy && !session.busy) {
        announce();
        asked = undefined;
        ended.clear();
      }
      wasBusy = session.busy;
      if (!session.busy) ended.clear();
    });
    const announce = (): void => {
      const states = [...ended],
        of = (state: string): number => states.filter(([, s]) => s === state).length;
      if (states.length === 0) return;
      if (states.length === 1)
        voice.say(`Cell ${states[0]![0]}: ${states[0]![1] === 'done' ? 'done' : states[0]![1] === 'error' ? 'failed' : 'out of date'}`);
      else
        voice.say(
          [
            of('done') > 0 ? `${plural(of('done'), 'cell')} done` : '',
            of('error') > 0 ? `${of('error')} failed` : '',
            of('stale') > 0 ? `${of('stale')} out of date` : '',
          ]
            .filter(Boolean)
            .join(', '),
        );
    };
    createRenderEffect(
      on(live.facts, (facts) => {
        setAttribute(page, 'data-engine', facts.engine);
        setAttribute(page, 'data-saved', String(facts.saved));
        markRevision();
      }),
    );

    // ---- commands, bar, clicks, keys
    const commands = createCommands({ load: loadFeatures, refuse: (reason) => voice.toast(reason) });
    const selection = createSelection(root, () => session.ids);
    const context: NotebookContext = {
      root,
      session,
      options,
      voice,
      live,
      commands,
      selection,
      view: (id) => views.get(id),
      act,
      run,
      select,
      go,
      flushEdits,
      loadFeatures,
    };
    const undoCommands = implementCore(context);
    const undoBar = bindBar(document, { commands, facts: live.facts, wanted: () => void loadFeatures().catch(() => undefined) });
    const undoKeys = bindKeyboard(commands);
    let features: Promise<void> | undefined, unbindFeatures: (() => void) | undefined;
    let exercises: Promise<void> | undefined, unbindExercises: (() => void) | undefined;
    /** Where there are some. */
    const loadExercises = async (): Promise<void> => {
      if (root.querySelector('[data-exercise]') === null) return;
      exercises ??= import('./exercises/index.ts').then((module) => {
        if (!gone) unbindExercises = module.exercises(context);
      });
      await exercises.catch((error: unknown) => {
        exercises = undefined; // tried again when next needed
        throw error;
      });
    };
    void Promise.resolve(options.quiet)
      .then(loadExercises)
      .catch(() => undefined);
    function loadFeatures(): Promise<void> {
      return (features ??= Promise.all([import('./features/index.ts'), session.editable(), loadExercises()]).then(
        ([{ bindFeatures }]) => {
          if (!gone) unbindFeatures = bindFeatures(context);
          commands.complete();
        },
        (error: unknown) => {
          features = undefined; // tried again when next needed
          throw error;
        },
      ));
    }
    // The rest of the page comes with the first thing that its reader does there.
    const early = (): void => {
      root.removeEventListener('pointermove', early);
      root.removeEventListener('focusin', early);
      unwatch?.();
      void loadFeatures().catch(() => undefined);
    };
    session.keeping?.beforeText(flushEdits);
    options.typed?.(flushEdits);
    const unwatch = session.keeping === undefined ? undefined : watchOtherTabs(session.keeping, early);
    root.addEventListener('pointermove', early);
    root.addEventListener('focusin', early);
    /** The menu that is asked for before it is there. */
    const held = (event: MouseEvent): void => {
      const { target } = event;
      if (unbindFeatures !== undefined || !(target instanceof Element) || target.closest('.meta') === null) return;
      event.preventDefault();
      void loadFeatures().then(
        () => target.dispatchEvent(new MouseEvent('contextmenu', event)),
        () => undefined,
      );
    };
    root.addEventListener('contextmenu', held);
    const onClick = (event: MouseEvent): void => {
      const target = event.target instanceof Element ? event.target : null;
      const pressed = target?.closest('.run'),
        cell = target?.closest<HTMLElement>('[data-cell]');
      if (pressed && cell) {
        const id = cell.dataset['cell'] ?? '';
        if (session.cell(id)?.state === 'running') act(() => session.stop(id));
        else run(id);
        return;
      }
      if (target?.closest('[data-judge]') && cell) return commands.run('run-checks', cell.dataset['cell']);
      const link = target?.closest<HTMLAnchorElement>('a[href^="#cell-"]');
      if (link && !event.defaultPrevented && (link.closest('pre') === null || event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        select(decoded(link.hash.slice(6)));
      }
    };
    root.addEventListener('click', onClick);
    const onHide = (): void => {
      flushEdits();
      void session.flush().catch(() => undefined);
    };
    addEventListener('pagehide', onHide);
    const onVisibility = (): void => {
      if (document.hidden) onHide();
    };
    document.addEventListener('visibilitychange', onVisibility);

    page.dataset['alive'] = '';

    return () => {
      flushEdits();
      gone = true;
      clearInterval(clock);
      unbindFeatures?.();
      unbindExercises?.();
      undoBar();
      undoKeys();
      undoCommands();
      selection.dispose();
      unwatch?.();
      root.removeEventListener('pointermove', early);
      root.removeEventListener('focusin', early);
      root.removeEventListener('contextmenu', held);
      root.removeEventListener('click', onClick);
      removeEventListener('pagehide', onHide);
      document.removeEventListener('visibilitychange', onVisibility);
      unfollow?.();
      values.dispose();
      for (const dispose of effects.values()) dispose();
      for (const view of views.values()) view.dispose();
      voice.dispose();
      live.dispose();
      delete page.dataset['alive'];
      disposeRoot();
    };
  });
}
