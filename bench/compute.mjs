/* Compute beside the peers: `gradus bench compute [--quick] [G1 … G12]`. Ours, jax-js, tfjs, ONNX Runtime and plain JavaScript in one
   worker of one page, each on each of its backends, taking turns within every round; every result is checked against float64 before
   the clock starts. What the adapter is asked is counted from outside (compute/count.mjs); what the machine could do at most is
   measured in the same rounds (compute/peaks.mjs). Without a WebGPU adapter the bench fails.

   A row is a goal (G1 … G12) with what was wanted and what came out. Only a wrong result or something that does not run is a
   failure; a goal that is missed is said. */

import { loadavg } from 'node:os';
import { bytesOf, coldStart } from './compute/cold.mjs';
import { openPage, openSite } from './compute/site.mjs';
import { work } from './compute/workloads.mjs';
import { interleave, median, ms, ratio, table } from './measure.mjs';

const THREADS = 2;
const wasm = (...engines) => engines.map((engine) => ({ engine, backend: 'wasm' }));
const webgpu = (...engines) => engines.map((engine) => ({ engine, backend: 'webgpu' }));
const plain = { engine: 'plain', backend: 'js' };
const all = ['gradus', 'jax', 'tfjs', 'ort'];
const trainers = ['gradus', 'jax', 'tfjs'];
const nameOf = ({ engine, backend }) => `${engine} ${backend}`;

/** Workloads, who takes part, and for which goals they are needed. `slow`: left out of a quick run. */
const contests = [
  { workload: 'gpt', rivals: [...wasm(...trainers), plain], goals: ['G1'] },
  { workload: 'mlp', rivals: [...wasm(...trainers), plain], goals: ['G2'] },
  { workload: 'matmul256', rivals: [...wasm(...all), plain], goals: ['G3'], peak: 'wasmPeak' },
  { workload: 'matmul512', rivals: wasm(...all), goals: ['G3'], peak: 'wasmPeak' },
  { workload: 'matmul1024', rivals: wasm(...all), goals: ['G3'], peak: 'wasmPeak' },
  { workload: 'conv', rivals: [...wasm(...all), plain], goals: ['G4'], peak: 'wasmPeak' },
  { workload: 'convGrad', rivals: [...wasm(...trainers), plain], goals: ['G4'], peak: 'wasmPeak' },
  { workload: 'gelu', rivals: [...wasm(...all), plain], goals: ['G5'] },
  { workload: 'layerNorm', rivals: [...wasm(...all), plain], goals: ['G5'] },
  { workload: 'softmax', rivals: [...wasm(...all), plain], goals: ['G5'] },
  { workload: 'gpt', rivals: webgpu(...trainers), goals: ['G6', 'G7'], peak: 'wgslPeak' },
  { workload: 'token', rivals: [...wasm(...all), plain], goals: ['G8'], with: [{ engine: 'gradus', backend: 'wasm', workload: 'cached' }] },
  { workload: 'tiny', rivals: [...wasm(...all), plain], goals: ['G9'] },
  { workload: 'matmul256', rivals: webgpu(...all), goals: ['G7'], slow: true, peak: 'wgslPeak' },
  { workload: 'conv', rivals: webgpu(...all), goals: ['G7'], slow: true },
  { workload: 'gelu', rivals: webgpu(...all), goals: ['G7'], slow: true },
  { workload: 'layerNorm', rivals: webgpu(...all), goals: ['G7'], slow: true },
  { workload: 'softmax', rivals: webgpu(...all), goals: ['G7'], slow: true },
  { workload: 'mlp', rivals: webgpu(...trainers), goals: ['G7'], slow: true },
  { workload: 'token', rivals: webgpu(...all), goals: ['G7'], slow: true },
];
const goalNames = Array.from({ length: 12 }, (_, i) => `G${i + 1}`);

export const compute = {
  name: 'compute',
  title: 'Compute: ours and the peers, each on each of its backends',
  takes: goalNames,
  async run(context, { rows = [], quick = false } = {}) {
    const wanted = new Set(rows.length ? rows.map((row) => row.toUpperCase()) : goalNames);
    const rounds = quick ? 3 : 7;
    const site = await openSite(context);
    try {
      const measured = { times: [], counts: [], notes: [], peaks: { wasm: [], wgsl: [] } };
      const failure = await measure(context, site, wanted, { rounds, quick, found: measured }).catch((error) => error);
      const judged = judge(measured).filter(({ goal }) => wanted.has(goal));
      const facts = { ...measured.facts, rounds, loadAfter: loadavg()[0] };
      if (failure) {
        if (measured.facts) context.note(textOf(facts, measured, judged)); // what was found before it
        throw failure;
      }
      return { rows: [facts, ...measured.times, ...measured.counts, ...judged], text: textOf(facts, measured, judged) };
    } finally {
      await site.close();
    }
  },
};

/** Fills `found`. */
async function measure(context, site, wanted, { rounds, quick, found }) {
  const chosen = contests.filter(({ goals, slow }) => goals.some((goal) => wanted.has(goal)) && !(slow && quick));
  const load = loadavg()[0];
  const page = await openPage(context, site.url(true));
  const facts = { ...(await page.call('adapter')), isolated: await page.call('isolated'), threads: THREADS, load };
  if (!facts.isolated) throw new Error('bench: expected an isolated page, got one that cannot share memory.');
  found.facts = facts;

  const starts = new Set(chosen.flatMap(({ rivals }) => rivals.map(({ engine }) => engine)));
  if (wanted.has('G12')) starts.add('gradus');
  for (const engine of starts) await page.call('load', engine, optionsOf(engine, ['wasm', 'webgpu'], THREADS));
  for (const contest of chosen) {
    context.note(`bench: compute: ${contest.workload} on ${contest.rivals[0].backend}…`);
    await hold(page, contest, { rounds, found, isolated: true, threads: THREADS, count: wanted.has('G6') });
  }
  if (wanted.has('G12')) found.accuracy = await accuracy(context, page, quick);
  await page.close();

  if (wanted.has('G1') || wanted.has('G3')) {
    context.note('bench: compute: one thread, a page without isolation…');
    const alone = await openPage(context, site.url(false));
    for (const engine of trainers) await alone.call('load', engine, optionsOf(engine, ['wasm'], 1));
    const workloads = [...(wanted.has('G1') ? ['gpt'] : []), ...(wanted.has('G3') ? ['matmul512'] : [])];
    for (const workload of workloads) {
      const contest = { workload, rivals: wasm(...trainers), goals: [], ...(workload === 'gpt' ? {} : { peak: 'wasmPeak' }) };
      await hold(alone, contest, { rounds, found, isolated: false, threads: 1 });
    }
    await alone.close();
  }
  if (wanted.has('G10')) found.cold = await coldStarts(context, site, quick);
  if (wanted.has('G11')) found.bytes = await bytesOf(context, site);
}

const optionsOf = (engine, backends, threads) => ({
  threads,
  kernels: 'kernels.wasm',
  backends: engine === 'plain' ? [] : backends,
  ortFiles: '/ort/',
  tfFiles: '/tf/',
});

/** One contest: prepares and checks every task, then rounds in which all take turns. Rows go to `found.times`. */
async function hold(page, contest, { rounds, found, isolated, threads, count = false }) {
  const entries = [];
  for (const rival of [...contest.rivals, ...(contest.with ?? [])]) {
    const workload = rival.workload ?? contest.workload;
    try {
      const { error, ms: once } = await page.call('prepare', rival.engine, rival.backend, workload);
      entries.push({
        ...rival,
        workload,
        error,
        count: Math.max(1, Math.min(50, Math.floor(40 / once))),
        most: once > 1500 ? 1 : once > 250 ? 3 : rounds,
        done: 0,
      });
    } catch (error) {
      const reason = `${nameOf(rival)}, ${workload}: ${error.message}`;
      if (rival.engine === 'gradus') throw new Error(reason, { cause: error });
      found.notes.push(reason);
    }
  }
  const turns = Object.fromEntries(
    entries.map((entry) => [
      `${nameOf(entry)} ${entry.workload}`,
      async () => {
        if (entry.done >= Math.min(rounds, entry.most) + 1) return undefined;
        entry.done++;
        const time = await page.call('time', entry.engine, entry.backend, entry.workload, entry.count);
        await pause(40); // thread pools spin for a while after a run
        return time;
      },
    ]),
  );
  if (contest.peak) {
    turns.peak = async () => {
      const rate = await page.call(contest.peak, threads);
      await pause(40);
      return rate;
    };
  }
  const results = await interleave(turns, { rounds, warmups: 1 });
  for (const entry of entries) {
    const times = results[`${nameOf(entry)} ${entry.workload}`].filter((time) => time !== undefined);
    const at = median(times);
    found.times.push({
      workload: entry.workload,
      engine: entry.engine,
      backend: entry.backend,
      isolated,
      threads: entry.backend === 'wasm' ? threads : 1,
      rounds: times.length,
      runs: entry.count,
      medianMs: at,
      bestMs: Math.min(...times),
      error: entry.error,
      ...(work[entry.workload] ? { gflops: work[entry.workload] / at / 1e6 } : {}),
      ...(results.peak ? { peakGflops: median(results.peak), bestPeakGflops: Math.max(...results.peak) } : {}),
    });
  }
  if (results.peak) found.peaks[contest.peak === 'wasmPeak' ? 'wasm' : 'wgsl'].push(...(isolated ? results.peak : []));
  if (count && contest.workload === 'gpt' && contest.rivals[0].backend === 'webgpu') {
    for (const entry of entries) {
      const counted = await page.call('count', entry.engine, entry.backend, entry.workload, 10);
      found.counts.push({ workload: entry.workload, engine: entry.engine, backend: entry.backend, ...counted });
    }
  }
  for (const entry of entries) await page.call('forget', entry.engine, entry.backend, entry.workload);
}

const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

/** The contract suite's cases, and 100 steps beside a float64 trainer. */
async function accuracy(context, page, quick) {
  context.note('bench: compute: accuracy…');
  const steps = 100;
  const wanted = await page.call('referenceLosses', steps);
  const curves = {};
  for (const backend of ['wasm', 'webgpu']) curves[backend] = await page.call('losses', 'gradus', backend, 'small', steps);
  const apart = (a, b) => Math.max(...a.map((value, i) => Math.abs(value - b[i])));
  return {
    wasm: await page.call('contract', 'wasm', quick ? 10 : 2),
    webgpu: await page.call('contract', 'webgpu', quick ? 80 : 20),
    curve: { wasm: apart(curves.wasm, wanted), webgpu: apart(curves.webgpu, wanted), between: apart(curves.wasm, curves.webgpu) },
  };
}

async function coldStarts(context, site, quick) {
  context.note('bench: compute: cold starts…');
  const url = site.url(true);
  const rivals = {};
  for (const backend of ['wasm', 'webgpu']) {
    for (const engine of trainers) {
      let left = engine === 'gradus' ? 9 : backend === 'wasm' ? 3 : quick ? 0 : 1;
      rivals[`${engine} ${backend}`] = async () => (left-- > 0 ? coldStart(context, url, engine, backend) : undefined);
    }
  }
  const results = await interleave(rivals, { rounds: quick ? 3 : 5, warmups: 0 });
  return Object.entries(results).flatMap(([name, list]) => {
    const times = list.filter(Boolean);
    if (!times.length) return [];
    const middle = [...times].sort((a, b) => a.ms - b.ms)[times.length >> 1];
    return [
      { name, medianMs: median(times.map((each) => each.ms)), bestMs: Math.min(...times.map((each) => each.ms)), marks: middle.mark },
    ];
  });
}

/* ---- goals ---- */

/** Each goal with what was wanted, what came out, and whether it is met. */
function judge({ times, counts, accuracy, cold, bytes }) {
  const judged = [];
  const add = (goal, what, wanted, got, met, best = '') => judged.push({ goal, what, wanted, got, best, met });
  const at = (engine, backend, workload, isolated = true) =>
    times.find((row) => row.engine === engine && row.backend === backend && row.workload === workload && row.isolated === isolated);
  /** Our time against another's: `least` times faster. */
  const beside = (goal, workload, backend, peer, least, { isolated = true, peerBackend = backend } = {}) => {
    const [own, other] = [at('gradus', backend, workload, isolated), at(peer, peerBackend, workload, isolated)];
    if (!own || !other) return;
    const times = other.medianMs / own.medianMs;
    const label = `${workload} ${backend}${isolated ? '' : ', one thread'} against ${peer}`;
    add(
      goal,
      label,
      least === null ? '–' : `≥ ${least}×`,
      ratio(other.medianMs, own.medianMs),
      least === null ? null : times >= least,
      ratio(other.bestMs, own.bestMs),
    );
  };
  beside('G1', 'gpt', 'wasm', 'jax', 3);
  beside('G1', 'gpt', 'wasm', 'tfjs', 15);
  beside('G1', 'gpt', 'wasm', 'jax', null, { isolated: false });
  beside('G1', 'gpt', 'wasm', 'tfjs', null, { isolated: false });
  beside('G2', 'mlp', 'wasm', 'jax', 2.5);
  beside('G2', 'mlp', 'wasm', 'tfjs', 9);
  const ofPeak = (goal, workload, least, isolated = true) => {
    const own = at('gradus', 'wasm', workload, isolated);
    if (!own) return;
    const share = own.gflops / own.peakGflops;
    const label = `${workload} wasm${isolated ? '' : ', one thread'}: share of the peak`;
    // The best of a loop that others may interrupt is the peak of all contests with as many threads.
    const peak = Math.max(
      ...times.filter((row) => row.isolated === isolated && row.backend === 'wasm').map((row) => row.bestPeakGflops ?? 0),
    );
    const best = work[workload] / own.bestMs / 1e6 / peak;
    const percent = (part) => `${(part * 100).toFixed(0)} %`;
    add(goal, label, least === null ? '–' : `≥ ${least * 100} %`, percent(share), least === null ? null : share >= least, percent(best));
  };
  for (const size of [256, 512, 1024]) {
    const workload = `matmul${size}`;
    ofPeak('G3', workload, 0.75);
    for (const [peer, least] of [
      ['jax', 1.3],
      ['tfjs', 2],
      ['ort', 1.6],
    ])
      beside('G3', workload, 'wasm', peer, least);
  }
  ofPeak('G3', 'matmul512', null, false);
  for (const peer of ['jax', 'tfjs', 'ort']) beside('G4', 'conv', 'wasm', peer, 1.4);
  const backward = at('gradus', 'wasm', 'convGrad');
  if (backward) add('G4', 'convGrad wasm: both gradients', 'exist', `${ms(backward.medianMs)} ms`, true);
  beside('G4', 'convGrad', 'wasm', 'jax', null);
  for (const [workload, least] of [
    ['gelu', 2],
    ['layerNorm', 1.3],
    ['softmax', 1],
  ]) {
    for (const peer of ['jax', 'tfjs', 'ort']) beside('G5', workload, 'wasm', peer, least);
  }
  const own = counts.find(({ engine }) => engine === 'gradus');
  if (own) {
    add('G6', 'dispatches a step', '≤ 45', own.dispatches, own.dispatches <= 45);
    add('G6', 'submissions a step', '1', own.submissions, own.submissions === 1);
    add(
      'G6',
      'bind groups and buffers made a step',
      '0',
      own.createBindGroup + own.createBuffer,
      own.createBindGroup + own.createBuffer === 0,
    );
    add('G6', 'script to issue a step', '≤ 0.1 ms', `${ms(own.issueMs)} ms`, own.issueMs <= 0.1);
    for (const peer of counts.filter(({ engine }) => engine !== 'gradus'))
      add('G6', `step without work against ${peer.engine}`, '≥ 40×', ratio(peer.emptyMs, own.emptyMs), peer.emptyMs / own.emptyMs >= 40);
  }
  beside('G7', 'gpt', 'webgpu', 'tfjs', 30);
  beside('G7', 'gpt', 'webgpu', 'jax', 3);
  for (const workload of ['matmul256', 'conv', 'gelu', 'layerNorm', 'softmax', 'mlp', 'token'])
    for (const peer of ['jax', 'tfjs', 'ort']) beside('G7', workload, 'webgpu', peer, null);
  beside('G8', 'token', 'wasm', 'ort', 1);
  beside('G8', 'token', 'wasm', 'jax', null);
  beside('G8', 'token', 'wasm', 'tfjs', null);
  const [whole, cached] = [at('gradus', 'wasm', 'token'), at('gradus', 'wasm', 'cached')];
  if (whole && cached)
    add('G8', 'token with a cache against without', '≥ 7×', ratio(whole.medianMs, cached.medianMs), whole.medianMs / cached.medianMs >= 7);
  beside('G9', 'tiny', 'wasm', 'tfjs', 2);
  beside('G9', 'tiny', 'wasm', 'jax', 100);
  for (const [backend, most] of [
    ['wasm', 100],
    ['webgpu', 1200],
  ]) {
    const start = cold?.find(({ name }) => name === `gradus ${backend}`);
    if (!start) continue;
    add('G10', `cold start, ${backend}`, `≤ ${most} ms`, `${ms(start.medianMs)} ms`, start.medianMs <= most);
    for (const peer of ['jax', 'tfjs']) {
      const other = cold.find(({ name }) => name === `${peer} ${backend}`);
      if (other) add('G10', `cold start, ${backend}, against ${peer}`, '–', ratio(other.medianMs, start.medianMs), null);
    }
  }
  if (bytes) {
    const kB = (n) => `${(n / 1000).toFixed(1)} kB`;
    add('G11', 'script, kernels and WGSL of the training program, gzip', '≤ 45 kB', kB(bytes.total), bytes.total <= 45_000);
    add('G11', 'of it script with WGSL', '–', kB(bytes.script), null);
    add('G11', 'of it wasm', '–', kB(bytes.wasm), null);
    add('G11', 'all that the program loads on wasm alone', '–', kB(bytes.onWasm), null);
    for (const { path, gzip } of bytes.loaded) add('G11', `loaded by it: ${path}`, '–', kB(gzip), null);
    for (const { path, gzip } of bytes.chunks) add('G11', `not loaded by it: ${path}`, '–', kB(gzip), null);
    for (const [name, where] of Object.entries(bytes.beside)) add('G11', name, 'apart', where, where === 'apart');
  }
  if (accuracy) {
    for (const backend of ['wasm', 'webgpu']) {
      const { passed, failed } = accuracy[backend];
      add(
        'G12',
        `operations on ${backend}: cases within their tolerance`,
        'all',
        `${passed} of ${passed + failed.length}`,
        failed.length === 0,
      );
      const apart = accuracy.curve[backend];
      add('G12', `100 steps on ${backend} against float64`, '≤ 1e-3', apart.toExponential(1), apart <= 1e-3);
    }
    add('G12', 'wasm against webgpu, 100 steps', '≤ 1e-4', accuracy.curve.between.toExponential(1), accuracy.curve.between <= 1e-4);
    const errors = times.filter(({ engine }) => engine === 'gradus').map(({ error }) => error);
    const worst = Math.max(...errors);
    if (errors.length) add('G12', 'largest error of the rows above', '≤ 2e-5', worst.toExponential(1), worst <= 2e-5);
  }
  return judged;
}

/* ---- text ---- */

function textOf(facts, { times, counts, notes, peaks, cold, bytes, accuracy }, judged) {
  const keys = [
    ...new Set(times.map(({ workload, backend, isolated }) => `${workload} ${backend === 'js' ? 'wasm' : backend} ${isolated}`)),
  ];
  const grid = keys.map((key) => {
    const [workload, backend, isolated] = key.split(' ');
    const of = (engine) =>
      times.find(
        (row) =>
          row.workload === workload &&
          row.engine === engine &&
          (engine === 'plain' ? backend === 'wasm' : row.backend === backend) &&
          String(row.isolated) === isolated,
      );
    const own = of('gradus');
    const cells = Object.fromEntries(
      ['jax', 'tfjs', 'ort', 'plain'].flatMap((engine, i) => {
        const row = of(engine);
        return [
          [engine === 'plain' ? 'plain JS' : engine, row ? `${ms(row.medianMs)} ms` : '–'],
          [`×${' '.repeat(i)}`, row && own ? ratio(row.medianMs, own.medianMs) : '–'],
        ];
      }),
    );
    return {
      workload,
      on: backend + (isolated === 'true' ? '' : ', 1 thread'),
      gradus: own ? `${ms(own.medianMs)} ms` : '–',
      ...cells,
      'of the peak': own?.gflops && own.peakGflops ? `${((100 * own.gflops) / own.peakGflops).toFixed(0)} %` : '–',
      rounds: own?.rounds ?? '–',
    };
  });
  const lines = [
    `Adapter ${facts.adapter}${facts.fallback ? ' (software)' : ''}, isolated ${facts.isolated}, ${facts.threads} threads, ${facts.rounds} rounds; load ${facts.load.toFixed(1)} before, ${facts.loadAfter.toFixed(1)} after.`,
  ];
  const gf = (list) => `${median(list).toFixed(1)} (best ${Math.max(...list).toFixed(1)}) GFLOP/s`;
  if (peaks.wasm.length) lines.push(`Peak of wasm SIMD on ${facts.threads} threads: ${gf(peaks.wasm)}.`);
  if (peaks.wgsl.length) lines.push(`Peak of WGSL: ${gf(peaks.wgsl)}.`);
  if (grid.length) lines.push('', table(grid));
  if (counts.length) {
    lines.push(
      '',
      table(
        counts.map(({ engine, dispatches, submissions, createBindGroup, createBuffer, writeBuffer, issueMs, emptyMs }) => ({
          'GPT step on webgpu': engine,
          dispatches,
          submissions,
          createBindGroup,
          createBuffer,
          writeBuffer,
          'script to issue': `${ms(issueMs)} ms`,
          'step without work': `${ms(emptyMs)} ms`,
        })),
      ),
    );
  }
  if (cold?.length) {
    const marks = (mark) =>
      mark
        ? Object.entries(mark)
            .map(([name, at]) => `${name} ${at.toFixed(0)}`)
            .join(', ')
        : '–';
    lines.push(
      '',
      table(
        cold.map(({ name, medianMs, bestMs, marks: mark }) => ({
          'cold start': name,
          median: `${ms(medianMs)} ms`,
          best: `${ms(bestMs)} ms`,
          'ms after its first instruction': marks(mark),
        })),
      ),
    );
  }
  if (bytes) {
    const largest = Object.entries(bytes.sources)
      .sort((a, b) => b[1] - a[1])
      .slice(0, 20);
    lines.push(
      '',
      `Bytes of the script before compression: ${largest.map(([name, n]) => `${name} ${(n / 1000).toFixed(1)} kB`).join(', ')}.`,
    );
  }
  for (const backend of ['wasm', 'webgpu'])
    for (const fault of accuracy?.[backend].failed.slice(0, 5) ?? []) lines.push(`${backend}: ${fault}`);
  if (notes.length) lines.push('', ...notes.map((note) => `Left out: ${note}.`));
  if (judged.length)
    lines.push(
      '',
      table(
        judged.map(({ goal, what, wanted, got, best, met }) => ({
          goal,
          what,
          wanted,
          got: String(got),
          'of the best': best,
          met: met === null ? '' : met ? 'yes' : 'NO',
        })),
      ),
    );
  return lines.join('\n');
}
