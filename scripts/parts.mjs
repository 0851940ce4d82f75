/* Splits one bundle into a core and parts that load when they are first needed, by single declarations and not by files.

   The bundler writes the whole program flat: one list of declarations whose names are unique. A table that the program hands to `apart`,
   `apartFunctions` or `apartClasses` (src/base/apart.ts) holds doors: an entry that is not on the list of the core may lie elsewhere. Whatever the core
   reaches without a door is the core; what is reached through doors of one part alone lies in that part; what several parts
   need lies in the first of them in the order of `order`, and the others come with it. Each part is a classic script; names that cross
   go through one object, which is global while a part is run, so a part is fetched ahead (fetch) or at the very moment (importScripts).

     { core, parts: [{ name, text, needs }] }     texts not yet minified; `needs`: numbers of parts that must be there before */

import { parse } from '@typescript-eslint/parser';
import { analyze } from '@typescript-eslint/scope-manager';

/** What the scripts share: names that cross, by short keys. */
const shared = '$shared';

/**
 * @param {string} text the flat bundle, with esbuild's comments that name each file
 * @param {{ isCore: (name: string, table: string) => boolean, partOf: (file: string, name: string) => string, order: readonly string[] }} plan
 */
export function split(text, { isCore, partOf, order }) {
  const program = parse(text, { range: true, comment: true, sourceType: 'module' });
  const statements = program.body.map((node) => ({ node, from: node.range[0], to: node.range[1], uses: new Set(), file: '' }));
  fileOfEach(text, program.comments, statements);
  const at = (place) => {
    let [low, high] = [0, statements.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (statements[middle].from <= place) low = middle;
      else high = middle - 1;
    }
    return statements[low];
  };

  // Who declares which name, who refers to it, and which names change.
  const manager = analyze(program, { sourceType: 'module' });
  const top = manager.globalScope.childScopes[0];
  const names = new Map();
  for (const variable of top.variables) {
    const owner = at(variable.defs[0].name.range[0]);
    const references = variable.references.filter(({ identifier }) => identifier.range[0] !== variable.defs[0].name.range[0]);
    names.set(variable.name, {
      name: variable.name,
      owner,
      references: references.map(({ identifier }) => ({
        from: identifier.range[0],
        to: identifier.range[1],
        in: at(identifier.range[0]),
        shorthand: false,
      })),
      changes: references.some((reference) => reference.isWrite()),
    });
  }
  const shorthands = shorthandsOf(program);

  // The doors: entries of tables that may lie elsewhere.
  const doors = [];
  const plainRows = [];
  for (const table of tablesOf(program)) {
    for (const entry of table.entries) {
      if (!isCore(entry.key, table.name)) doors.push({ ...entry, table: table.name });
      else if (entry.row) plainRows.push(entry);
    }
  }
  const within = (node, place) => node !== undefined && node.range[0] <= place && place < node.range[1];
  const isBehindDoor = (place) => doors.find(({ value, signature }) => within(value, place) || within(signature, place));
  for (const { name, owner, references } of names.values()) {
    for (const reference of references) {
      const door = isBehindDoor(reference.from);
      if (door) (door.uses ??= new Set()).add(names.get(name));
      else reference.in.uses.add(owner);
    }
  }
  // What completes a declaration belongs to it; every other statement that is no declaration runs at once.
  const roots = [];
  for (const statement of statements) {
    const filled = completed(statement.node);
    if (filled && names.has(filled)) names.get(filled).owner.uses.add(statement);
    else if (!isDeclaration(statement.node)) roots.push(statement);
  }

  const reach = (from, place, taken) => {
    const todo = [...from];
    while (todo.length) {
      const statement = todo.pop();
      if (statement.part !== undefined || (taken && taken(statement))) continue;
      statement.part = place;
      todo.push(...statement.uses);
    }
  };
  reach(roots, 0);
  const partNames = [];
  for (const door of doors) {
    const first = [...(door.uses ?? [])].find(({ owner }) => owner.part === undefined) ?? [...(door.uses ?? [])][0];
    door.inCore = [...(door.uses ?? [])].every(({ owner }) => owner.part === 0);
    door.partName = door.inCore ? '' : partOf(first.owner.file, door.key, door.table);
    if (!door.inCore && !partNames.includes(door.partName)) partNames.push(door.partName);
  }
  partNames.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  function rank(name) {
    const index = order.indexOf(name);
    return index < 0 ? order.length : index;
  }
  partNames.forEach((name, index) => {
    const own = doors.filter((door) => door.partName === name);
    reach(
      own.flatMap(({ uses }) => [...(uses ?? [])].map(({ owner }) => owner)),
      index + 1,
    );
  });
  // Where it came to lie: with what it is made of.
  for (const door of doors) if (!door.inCore) door.part = Math.max(...[...door.uses].map(({ owner }) => owner.part));
  const unreached = statements.filter(({ part }) => part === undefined);
  for (const statement of unreached) statement.part = -1;

  // Names that cross, and by which key.
  const keys = new Map();
  const keyOf = (name) => {
    if (!keys.has(name)) keys.set(name, keys.size.toString(36));
    return keys.get(name);
  };
  const edits = [];
  const imports = new Map();
  const needs = new Map();
  const take = (part, known) => {
    if (!imports.has(part)) imports.set(part, new Set());
    imports.get(part).add(known);
    if (known.owner.part > 0) (needs.get(part) ?? needs.set(part, new Set()).get(part)).add(known.owner.part);
  };
  const made = new Map();
  for (const door of doors) {
    if (door.inCore) {
      if (door.row) plainRows.push(door);
      continue;
    }
    const { value, part, row, signature } = door;
    // A door to one declaration opens on it; one to an expression on a constant made of it in the part.
    let name;
    if (value.type === 'Identifier' && !row) name = value.name;
    else {
      name = `$door${made.size}`;
      made.set(name, {
        part,
        text: row ? `[${text.slice(...signature.range)}, ${text.slice(...value.range)}]` : text.slice(...value.range),
      });
      for (const known of door.uses) if (known.owner.part !== part) take(part, known);
      names.set(name, { name, owner: { part }, references: [], changes: false });
    }
    door.known = names.get(name);
    if (door.known.owner.part !== part) throw new Error(`parts: ${door.key} was to lie in ${door.partName} and lies elsewhere.`);
    const place = `[${part}, ${JSON.stringify(keyOf(name))}]`;
    if (row) edits.push({ from: signature.range[0], to: signature.range[1], text: JSON.stringify(`${door.key}(`) });
    edits.push({
      from: value.range[0],
      to: row ? row.range[1] - 1 : value.range[1],
      text: door.shorthand ? `${door.key}: ${place}` : place,
    });
    door.known.crosses = true;
  }
  // Which kernels a row is made of is for tests and documents.
  for (const { row, value } of plainRows) edits.push({ from: value.range[1], to: row.range[1] - 1, text: '' });
  const rewrite = (known, reference) => {
    const head = shorthands.has(reference.from) ? `${known.name}: ` : '';
    edits.push({ from: reference.from, to: reference.to, text: `${head}${shared}[${JSON.stringify(keyOf(known.name))}]` });
  };
  for (const known of names.values()) {
    for (const reference of known.references) {
      const door = isBehindDoor(reference.from);
      if (door && !door.inCore) {
        if (door.value.type === 'Identifier' && !door.row) continue;
        if (known.owner.part !== door.part) {
          known.crosses = true;
          if (known.changes) throw new Error(`parts: ${known.name} changes and is read in a table's entry.`);
        }
        continue;
      }
      const { part } = reference.in;
      if (part === known.owner.part || part < 0) continue;
      if (known.owner.part !== 0 && part === 0)
        throw new Error(`parts: the core needs ${known.name}, which lies in part ${known.owner.part}.`);
      known.crosses = true;
      if (known.changes) rewrite(known, reference);
      else take(part, known);
      if (known.owner.part > 0) (needs.get(part) ?? needs.set(part, new Set()).get(part)).add(known.owner.part);
    }
  }

  edits.sort((a, b) => a.from - b.from);
  const textOf = (part) => {
    const lines = [];
    const taken = [...(imports.get(part) ?? [])].filter(({ changes }) => !changes);
    if (taken.length) lines.push(`const { ${taken.map(({ name }) => `${JSON.stringify(keyOf(name))}: ${name}`).join(', ')} } = ${shared};`);
    let next = 0;
    for (const statement of statements) {
      if (statement.part !== part) continue;
      while (next < edits.length && edits[next].from < statement.from) next++;
      let out = '';
      let from = statement.from;
      while (next < edits.length && edits[next].to <= statement.to) {
        out += text.slice(from, edits[next].from) + edits[next].text;
        from = edits[next++].to;
      }
      lines.push(out + text.slice(from, statement.to));
    }
    for (const [name, { part: of, text: value }] of made) if (of === part) lines.push(`const ${name} = ${value};`);
    // Names that survive a minifier: they stand in messages and in the text of a module.
    for (const door of doors)
      if (door.named && !door.inCore && door.part === part)
        lines.push(`Object.defineProperty(${door.known.name}, "name", { value: ${JSON.stringify(door.key)} });`);
    const given = [...names.values()].filter(({ owner, crosses }) => crosses && owner.part === part);
    const constant = given.filter(({ changes }) => !changes).map(({ name }) => `${JSON.stringify(keyOf(name))}: ${name}`);
    const moving = given
      .filter(({ changes }) => changes)
      .map(
        ({ name }) =>
          `get ${JSON.stringify(keyOf(name))}() { return ${name}; }, set ${JSON.stringify(keyOf(name))}(value) { ${name} = value; }`,
      );
    if (constant.length) lines.push(`Object.assign(${shared}, { ${constant.join(', ')} });`);
    if (moving.length) lines.push(`Object.defineProperties(${shared}, Object.getOwnPropertyDescriptors({ ${moving.join(', ')} }));`);
    return lines.join('\n');
  };
  return {
    core: textOf(0),
    parts: partNames.map((name, index) => ({
      name,
      text: textOf(index + 1),
      needs: [...(needs.get(index + 1) ?? [])].sort((a, b) => a - b),
    })),
    doors: doors.map(({ key, table, partName }) => ({ key, table, partName })),
    unreached: unreached.map(({ node }) => text.slice(node.range[0], Math.min(node.range[1], node.range[0] + 80))),
    statements: statements.map(({ node, part, file }) => ({
      part,
      file,
      length: node.range[1] - node.range[0],
      head: text.slice(node.range[0], node.range[0] + 60),
    })),
  };
}

/** esbuild writes `// path/of/file.ts` in front of what it took from a file. */
function fileOfEach(text, comments, statements) {
  const marks = comments.filter(
    ({ type, value, range }) => type === 'Line' && /^ \S+\.\w+$/.test(value) && (range[0] === 0 || text[range[0] - 1] === '\n'),
  );
  let index = -1;
  for (const statement of statements) {
    while (index + 1 < marks.length && marks[index + 1].range[0] < statement.from) index++;
    statement.file = marks[index]?.value.trim() ?? '';
  }
}

const isDeclaration = ({ type }) => type === 'FunctionDeclaration' || type === 'ClassDeclaration' || type === 'VariableDeclaration';

/** The name that a statement completes: `__export(x, …)`, `Object.defineProperty(x.prototype, …)`, `x.y = …`. */
function completed({ type, expression }) {
  if (type !== 'ExpressionStatement') return undefined;
  const head = (node) => (node?.type === 'MemberExpression' ? head(node.object) : node?.type === 'Identifier' ? node.name : undefined);
  if (expression.type === 'AssignmentExpression' && expression.left.type === 'MemberExpression') return head(expression.left);
  if (expression.type !== 'CallExpression') return undefined;
  const { callee } = expression;
  const defines = callee.name === '__export' || (callee.object?.name === 'Object' && callee.property.name === 'defineProperty');
  return defines ? head(expression.arguments[0]) : undefined;
}

function walk(node, visit) {
  if (!node || typeof node.type !== 'string') return;
  visit(node);
  for (const key of Object.keys(node)) {
    if (key === 'parent' || key === 'range' || key === 'loc') continue;
    const child = node[key];
    if (Array.isArray(child)) for (const each of child) walk(each, visit);
    else if (child && typeof child === 'object') walk(child, visit);
  }
}

/** Where an object literal or a pattern says `{ name }`: the place must keep its key. */
function shorthandsOf(program) {
  const found = new Set();
  walk(program, (node) => {
    if (node.type === 'Property' && node.shorthand) found.add(node.value.range[0]);
  });
  return found;
}

/** Tables that the program hands over: `apart("name", { key: value })`, `apartClasses("name", { … })`, `apartFunctions`, `apartRows("name", [[signature, where, run], …])`,
    and `section("name", rows)`, which hands its rows on. */
function tablesOf(program) {
  const tables = [];
  walk(program, (node) => {
    const kind = node.type === 'CallExpression' && /^(apart(Classes|Functions|Rows)?|section)$/.exec(node.callee.name ?? '')?.[1];
    if (!kind) return;
    const [{ value: name }, table] = node.arguments;
    const entries = [];
    if (table.type === 'ArrayExpression') {
      for (const row of table.elements) {
        if (row.type !== 'ArrayExpression') continue;
        const [signature] = row.elements;
        const head = signature.type === 'TemplateLiteral' ? signature.quasis[0].value.cooked : signature.value;
        const value = row.elements.find(({ type }) => type !== 'Literal' && type !== 'TemplateLiteral');
        if (value) entries.push({ key: head.slice(0, head.indexOf('(')), value, row, signature });
      }
    } else if (table.type === 'ObjectExpression') {
      for (const { type, kind: how, key, value, shorthand } of table.properties) {
        if (type !== 'Property' || how !== 'init') continue;
        entries.push({ key: key.name ?? key.value, value, shorthand, named: kind === 'apartClasses' });
      }
    }
    tables.push({ name, entries });
  });
  return tables;
}
