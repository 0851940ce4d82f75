/* `gradus run` of a small notebook, as a shell sees it: from the command to its exit, the build being up to date. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { interleave, median, ms, table } from './measure.mjs';
import { buildSite } from './site.mjs';

export const run = {
  name: 'run',
  title: '`gradus run` of a small notebook, wall time',
  async run(context, { rounds = 7 } = {}) {
    buildSite(context.root);
    const file = join(context.root, 'bench/notebooks/small.md');
    const { ours, browser } = await interleave(
      {
        ours: () => timed(context.root, ['scripts/gradus.mjs', 'run', file, '--json']),
        browser: () =>
          timed(context.root, [
            '--input-type=module',
            '-e',
            "import { launchChromium } from './scripts/chromium.mjs'; const b = await launchChromium(); await b.newPage(); await b.close();",
          ]),
      },
      { rounds },
    );
    const report = JSON.parse(ours.at(-1).output);
    if (!report.ok || report.values.total !== 42003) throw new Error(`run: expected total 42003, got ${JSON.stringify(report.values)}.`);
    const rows = [{ wallMs: median(ours.map((one) => one.ms)), browserAloneMs: median(browser.map((one) => one.ms)), insideMs: report.ms }];
    return {
      rows,
      text: table(
        rows.map((row) => ({
          'wall time': `${ms(row.wallMs)} ms`,
          'of which starting and ending a browser': `${ms(row.browserAloneMs)} ms`,
          'in the page': `${ms(row.insideMs)} ms`,
        })),
      ),
    };
  },
};

function timed(cwd, args) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.on('data', (text) => {
      output += text;
    });
    child.stderr.on('data', (text) => {
      errors += text;
    });
    child.on('error', reject);
    child.on('close', (status) =>
      status === 0
        ? resolve({ ms: performance.now() - began, output })
        : reject(new Error(`status ${status}: ${errors.trim().split('\n').at(-1)}`)),
    );
  });
}
