/* What an import of a cell brings: files beside the notebook (lowered by the host page, evaluated here once for each text),
   the bundled libraries, and modules of the network. Nothing is guessed: every other form is refused with the forms there
   are. */

import { contentHash } from '../base/hash.ts';
import type { ModuleText } from '../engine/protocol.ts';
import type { Evaluation, Host } from './host.ts';

export type Namespace = Readonly<Record<string, unknown>>;

/** What this build brings: the package `npm:NAME`, at any version, and the module `gradus:NAME`, are what their maker gives. */
export type Bundled = Readonly<Record<string, (evaluation: Evaluation) => unknown>>;

const forms = 'Imports are gradus:tensor, npm:name@1.2.3, https://…, or ./file.ts beside the notebook';
const nativeImport = new Function('url', 'return import(url)') as (url: string) => Promise<Namespace>;

const UNIT = 'gradus:unit/';
const notHere = async (number: string): Promise<never> => {
  throw new Error(`${UNIT}${number}: units cannot be imported here.`);
};

/** `unit` is what imports of units bring; `load` is the network's import, a parameter for tests. */
export function createModules(
  host: Host,
  bundled: Bundled,
  unit: (number: string, evaluation: Evaluation) => Promise<Namespace> = notHere,
  load = nativeImport,
): (source: string, evaluation: Evaluation) => Promise<Namespace> {
  /** Evaluated files by path and text. */
  const files = new Map<string, Promise<Namespace>>();

  async function importModule(source: string, evaluation: Evaluation, trail: readonly string[] = []): Promise<Namespace> {
    if (source.startsWith('./') || source.startsWith('../')) return importFile(source, evaluation, trail);
    if (source.startsWith('npm:')) return importPackage(source, evaluation);
    if (/^https?:\/\//.test(source)) return network(source, source);
    if (source.startsWith(UNIT)) return unit(source.slice(UNIT.length), evaluation);
    if (source.startsWith('gradus:')) {
      if (Object.hasOwn(bundled, source)) return (await bundled[source]!(evaluation)) as Namespace;
      const own = Object.keys(bundled).map((name) => (name.startsWith('gradus:') ? name : `npm:${name}`));
      throw new Error(
        `${source}: this version does not have this module. It has ${own.join(', ')}, gradus:unit/NN, npm packages from the network, and files beside the notebook.`,
      );
    }
    throw new Error(`${source}: no import has this form. ${forms}${/^[@\w]/.test(source) ? `; did you mean npm:${source}?` : '.'}`);
  }

  async function importFile(source: string, evaluation: Evaluation, trail: readonly string[]): Promise<Namespace> {
    const path = resolve(source, trail.at(-1));
    if (trail.includes(path))
      throw new Error(
        `${path}: these files import each other in a cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' → ')}. Move what both need into a third file.`,
      );
    const text = (await host.service({ service: 'module', name: path })) as ModuleText;
    const key = `${path} ${contentHash(text.code)}`;
    let file = files.get(key);
    if (!file) {
      file = evaluateFile(path, text, evaluation, [...trail, path]);
      files.set(key, file);
      file.catch(() => files.delete(key));
    }
    return file;
  }

  async function evaluateFile(path: string, text: ModuleText, evaluation: Evaluation, trail: readonly string[]): Promise<Namespace> {
    const values: Record<string, unknown> = {};
    for (const { source, bindings } of text.imports) {
      const module = await importModule(source, evaluation, trail);
      for (const { imported, local } of bindings) {
        if (imported !== '*' && !(imported in module)) throw new SyntaxError(`${path}: ${source} exports no \`${imported}\`.`);
        values[local] = imported === '*' ? module : module[imported];
      }
    }
    return host.runModule(path, text, values, (source) => importModule(source, evaluation, trail));
  }

  async function importPackage(source: string, evaluation: Evaluation): Promise<Namespace> {
    const match = /^npm:((?:@[\w.-]+\/)?[\w.-]+)(?:@([\w.+^~-]+))?((?:\/[\w.@-]+)*)$/.exec(source);
    if (!match) throw new Error(`${source}: expected npm:name@1.2.3, perhaps with a path behind it.`);
    const [, name = '', version, path = ''] = match;
    if (Object.hasOwn(bundled, name) && !path) return (await bundled[name]!(evaluation)) as Namespace;
    if (!version)
      evaluation.emit({
        kind: 'log',
        level: 'warn',
        text: `${source} names no version, so it may change under this notebook. Pin one, as in npm:${name}@1.2.3.`,
      });
    return network(`https://cdn.jsdelivr.net/npm/${name}${version ? `@${version}` : ''}${path}/+esm`, source);
  }

  async function network(url: string, source: string): Promise<Namespace> {
    try {
      return await load(url);
    } catch (error) {
      throw new Error(
        `${source}: the module could not be loaded from ${new URL(url).host} (${error instanceof Error ? error.message : String(error)}). ` +
          'Check the connection and the name, then run the cell again; a file beside the notebook (./file.ts) needs no network.',
        { cause: error },
      );
    }
  }

  return importModule;
}

/** `source` as a path from the notebook's folder; `from` is the importing file. */
function resolve(source: string, from = './'): string {
  const parts = from.split('/').slice(1, -1);
  for (const part of source.split('/')) {
    if (part === '..' && parts.pop() === undefined)
      throw new Error(`${source}: nothing above the notebook's folder can be imported. Move the file beside the notebook.`);
    if (part !== '..' && part !== '.' && part !== '') parts.push(part);
  }
  return `./${parts.join('/')}`;
}
