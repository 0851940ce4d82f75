/* Grammar-based generator of TypeScript programs for the comparisons with other analysers. Programs parse; names come from
   a small pool, so that references meet every kind of definition or none. `leftOut` says what it does not write, and why. */

/** Constructs that the comparisons leave out; each has tests of its own. */
export const leftOut: Readonly<Record<string, string>> = {
  'namespace, parameter properties, import =, export =, decorators, import.meta, top-level return, export lists': 'refused with a message',
  'import and import type': 'names: compared; erasure: cells blank them whole, ts-blank-space keeps them',
  'export before a definition': 'erasure: cells blank it, ts-blank-space keeps it',
  'declare const/function/class (names)': 'they define nothing here; scope-manager counts them as definitions',
  'an enum in two parts whose second uses members of the first (names)': 'TypeScript resolves them, scope-manager does not',
  'T of (x as T) as a target in a pattern; import type as a value (names)': 'scope-manager takes both for values, TypeScript for types',
  '<T>x (erasure)': 'ts-blank-space refuses it; here it is erased, with parentheses',
  'a + b as T between operators (erasure)': 'ts-blank-space refuses it; here the sum gets parentheses',
  'types inside enum initialisers (erasure)': 'ts-blank-space does not look into enums',
  'readonly before *generator, and get: T without initialiser as a field (erasure)':
    'ts-blank-space joins them with their neighbours; here a ; stands between',
  'types inside the computed key of a field that has a type (erasure)':
    'ts-blank-space erases the type before the key and loses the text between',
  'a << (b<T>)': 'TypeScript 6 takes << for the beginning of type arguments',
  JSX: 'no part of ts cells',
  'with, octal literals, HTML comments': 'not in strict module code',
};

export interface ProgramOptions {
  readonly types: boolean;
  readonly imports: boolean;
  readonly declares: boolean;
  readonly casts: boolean;
  readonly exports: boolean;
}

const pool = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

interface Frame {
  readonly lexical: Set<string>;
  readonly vars: Set<string>;
  readonly isFunction: boolean;
  readonly params: Set<string>;
}

export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function program(seed: number, options: ProgramOptions): string {
  const next = random(seed);
  const chance = (p: number): boolean => next() < p;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const many = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  const some = (low: number, high: number, make: () => string, between = ', '): string =>
    Array.from({ length: many(low, high) }, make).join(between);

  let typed = options.types;
  let frames: Frame[] = [];
  let inAsync = true;
  let inGenerator = false;
  let inFunction = 0;
  let loops = 0;
  let labels: string[] = [];
  let declaredTypes = 0;

  const frame = (isFunction: boolean, params = new Set<string>()): Frame => ({ lexical: new Set(), vars: new Set(), isFunction, params });
  function scoped<T>(isFunction: boolean, body: () => T, params?: Set<string>): T {
    frames.push(frame(isFunction, params));
    try {
      return body();
    } finally {
      frames.pop();
    }
  }
  function newLexical(): string | undefined {
    const own = frames.at(-1)!;
    const name = pick(pool);
    if (own.lexical.has(name) || own.vars.has(name) || own.params.has(name)) return undefined;
    own.lexical.add(name);
    return name;
  }
  function newVar(): string | undefined {
    const name = pick(pool);
    const path: Frame[] = [];
    for (let i = frames.length - 1; i >= 0; i--) {
      path.push(frames[i]!);
      if (frames[i]!.lexical.has(name)) return undefined;
      if (frames[i]!.isFunction) break;
    }
    for (const each of path) each.vars.add(name);
    return name;
  }
  const name = (): string => pick(pool);
  const newline = (): string => (chance(0.5) ? '\n' : ' ');

  // Types.
  function type(depth = 0): string {
    if (depth > 1 || chance(0.5))
      return pick(['T', 'U', 'number', 'string', 'any', 'a', 'void', 'null', '"x"', '1', 'unknown', 'this', 'a.b']);
    const t = (): string => type(depth + 1);
    switch (many(0, 15)) {
      case 0:
        return `(${t()})[]`;
      case 1:
        return `Array<${newline()}${t()}${newline()}>`;
      case 2:
        return `{ a: ${t()}; b?: ${t()}, readonly c: T; d(x: ${t()}): U; [k: string]: any }`;
      case 3:
        return `((a: ${t()}, b?: T) => ${t()})`;
      case 4:
        return `typeof ${name()}`;
      case 5:
        return `keyof ${pick(['T', 'U'])}`;
      case 6:
        return `(${t()} | ${t()})`;
      case 7:
        return `[${t()}, ...T[]]`;
      case 8:
        return `(T extends infer X ? X : ${t()})`;
      case 9:
        return `{ [K in T]?: ${t()} }`;
      case 10:
        return '`x${T}`';
      case 11:
        return 'import("x").Y<T>';
      case 12:
        return `(T & ${t()})`;
      case 13:
        return `(new (...a: T[]) => ${t()})`;
      case 14:
        return `{${newline()}a: ${t()}${newline()}}`;
      default:
        return `T["x"]`;
    }
  }
  const annotation = (p = 0.5): string => (typed && chance(p) ? `: ${type()}` : '');
  const generics = (p = 0.2): string =>
    typed && chance(p) ? `<${newline()}${pick(['T', 'T extends U', 'const T', 'T = U'])}${chance(0.3) ? ', U' : ''}${newline()}>` : '';
  const typeArguments = (p = 0.15): string => (typed && chance(p) ? `<${type(1)}${chance(0.3) ? ', T' : ''}>` : '');
  const returns = (): string => (typed && chance(0.5) ? `: ${chance(0.1) ? 'asserts this' : type()}` : '');

  // Expressions. What `atom` gives can stand anywhere an operand can.
  function atom(depth: number): string {
    if (depth > 2) return chance(0.7) ? name() : pick(['(1)', '"s"', 'null', 'this', '`t`']);
    const e = (): string => expression(depth + 1);
    const a = (): string => atom(depth + 1);
    switch (many(0, 33)) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
      case 5:
      case 6:
        return name();
      case 7:
        return pick(['(1)', '(2.5)', '10n', '"s"', "'t'", '/r[/]/g', 'true', 'undefined']);
      case 8:
        return `\`x\${${e()}}y\``;
      case 9:
        return `[${some(0, 3, () => (chance(0.2) ? `...${a()}` : e()))}]`;
      case 10:
      case 11:
        return `({ ${some(0, 4, () => property(depth))} })`;
      case 12:
        return `(${functionLike(depth, 'function', chance(0.5))})`;
      case 13:
      case 14:
      case 15:
        return `(${arrow(depth)})`;
      case 16:
        return `(${classLike(depth, true)})`;
      case 17:
      case 18:
        return `${callee(depth)}${typeArguments()}(${some(0, 2, e)})`;
      case 19:
        return `new ${name()}${typeArguments()}(${some(0, 2, e)})`;
      case 20:
        return `${name()}.${name()}`;
      case 21:
        return `${name()}[${e()}]`;
      case 22:
        return `${name()}?.${name()}`;
      case 23:
        return `${name()}?.${typeArguments(0.3)}(${e()})`;
      case 24:
        return typed ? `${a()}!` : a();
      case 25:
      case 26:
        return typed ? `(${a()} ${pick(['as', 'satisfies'])} ${chance(0.2) ? 'T' : type()})` : `(${e()})`;
      case 27:
        return typed && options.casts ? `(<T>${name()})` : `(${e()})`;
      case 28:
        return `${name()}\`x\${${e()}}\``;
      case 29:
        return `(${e()}, ${e()})`;
      case 30:
        return inFunction && chance(0.5) ? 'new.target' : `import("x")`;
      case 31:
        return typed ? `(${name()}<T>)` : name();
      case 32:
        return inFunction ? 'arguments' : name();
      default:
        return `(${assignment(depth)})`;
    }
  }
  const callee = (depth: number): string => (chance(0.7) ? name() : `${atom(depth + 2)}.${name()}`);
  function expression(depth = 0): string {
    const a = (): string => atom(depth + 1);
    if (depth > 2) return a();
    switch (many(0, 15)) {
      case 0:
        return `${a()} ${pick(['+', '-', '*', '/', '%', '<', '===', '!=', 'in', 'instanceof', '&', typed ? '>>' : '<<'])} ${a()}`;
      case 1:
        return `${a()} ${pick(['&&', '||', '??'])} ${a()}`;
      case 2:
        return `${a()} ? ${a()} : ${a()}`;
      case 3:
        return `typeof ${a()}`;
      case 4:
        return `delete ${name()}.${name()}`;
      case 5:
        return `!${a()}`;
      case 6:
        return chance(0.5) ? `${name()}++` : `--${name()}`;
      case 7:
        return typed && chance(0.5) ? `${name()}!++` : `${name()}[${a()}]++`;
      case 8:
        return inAsync ? `await ${a()}` : a();
      case 9:
        return inGenerator ? `(yield ${a()})` : a();
      case 10:
        return typed ? `${a()} as ${chance(0.3) ? 'const' : type()}` : a();
      case 11:
        return arrow(depth);
      default:
        return a();
    }
  }
  function assignment(depth: number): string {
    const value = (): string => expression(depth + 1);
    switch (many(0, 7)) {
      case 0:
        return `[${target(depth)}, ${target(depth)} = ${value()}, ...${name()}] = ${value()}`;
      case 1:
        return `{ ${name()}, x: ${target(depth)}, ${name()} = ${value()}, [${value()}]: ${target(depth)}, ...${name()} } = ${value()}`;
      case 2:
        return `${name()} ${pick(['+=', '??=', '||=', '**='])} ${value()}`;
      case 3:
        return `${name()}.${name()} = ${value()}`;
      case 4:
        return typed ? `(${name()} as ${type()}) = ${value()}` : `${name()} = ${value()}`;
      case 5:
        return typed ? `${name()}! = ${value()}` : `(${name()}) = ${value()}`;
      default:
        return `${name()} = ${value()}`;
    }
  }
  function target(depth: number): string {
    if (depth > 3 || chance(0.6)) return name();
    return pick([
      () => `${name()}.${name()}`,
      () => `[${target(depth + 1)}]`,
      () => `{ ${name()}: ${target(depth + 1)} }`,
      () => (typed ? `(${name()} as T)` : name()),
    ])();
  }
  function property(depth: number): string {
    switch (many(0, 6)) {
      case 0:
      case 1:
        return name();
      case 2:
        return `${name()}: ${expression(depth + 1)}`;
      case 3:
        return `[${expression(depth + 1)}]: ${expression(depth + 1)}`;
      case 4:
        return functionLike(depth, '', true);
      case 5:
        return `...${atom(depth + 1)}`;
      default:
        return `get ${accessor(depth)}`;
    }
  }
  const accessor = (depth: number): string => `${name()}()${returns()} ${body(depth, new Set())}`;

  // Functions and classes.
  function context<T>(isAsync: boolean, isGenerator: boolean, make: () => T): T {
    const saved = [inAsync, inGenerator, loops, labels] as const;
    [inAsync, inGenerator, loops, labels] = [isAsync, isGenerator, 0, []];
    try {
      return make();
    } finally {
      [inAsync, inGenerator, loops, labels] = saved;
    }
  }
  function pattern(depth: number, fresh: () => string | undefined): string | undefined {
    const part = (): string => pattern(depth + 1, fresh) ?? '{}';
    const withDefault = (): string => `${part()}${chance(0.3) ? ` = ${expression(depth + 2)}` : ''}`;
    if (depth > 2 || chance(0.6)) return fresh();
    if (chance(0.5)) return `[${some(0, 2, withDefault)}${chance(0.2) ? ', , ' : ''}]`;
    const shorthand = fresh();
    const rest = chance(0.2) ? fresh() : undefined;
    return `{ ${[
      shorthand ? `${shorthand}${chance(0.3) ? ` = ${expression(depth + 2)}` : ''}` : undefined,
      chance(0.5) ? `x: ${withDefault()}` : undefined,
      chance(0.3) ? `[${expression(depth + 2)}]: ${withDefault()}` : undefined,
      rest ? `...${rest}` : undefined,
    ]
      .filter((each) => each !== undefined)
      .join(', ')} }`;
  }
  function parameters(depth: number, params: Set<string>): string {
    const fresh = (): string | undefined => {
      const name = pick(pool);
      if (params.has(name)) return undefined;
      params.add(name);
      return name;
    };
    const list: string[] = [];
    for (let i = many(0, 3); i > 0; i--) {
      const target = pattern(1, fresh);
      if (target === undefined) continue;
      const optional = typed && /^\w+$/.test(target) && chance(0.1);
      const value = !optional && chance(0.3) ? ` = ${expression(depth + 2)}` : '';
      list.push(`${target}${optional ? '?' : ''}${annotation()}${value}`);
    }
    const rest = chance(0.15) ? fresh() : undefined;
    if (rest) list.push(`...${rest}${typed && chance(0.5) ? ': T[]' : ''}`);
    return list.join(`,${newline()}`);
  }
  function body(depth: number, params: Set<string>): string {
    inFunction++;
    try {
      return scoped(true, () => `{ ${statements(depth + 1, 0, 3)} }`, params);
    } finally {
      inFunction--;
    }
  }
  function functionLike(depth: number, word: string, named: boolean, own?: string): string {
    const isAsync = chance(0.3);
    const isGenerator = chance(0.2);
    return context(isAsync, isGenerator, () => {
      const params = new Set<string>();
      const saved = inGenerator;
      const savedAsync = inAsync;
      [inGenerator, inAsync] = [false, false]; // no yield or await in defaults
      inFunction++;
      const type = generics();
      const thisType = typed && chance(0.1) ? `this: T${chance(0.5) ? ', ' : ''}` : '';
      const list = parameters(depth, params);
      inFunction--;
      [inGenerator, inAsync] = [saved, savedAsync];
      const head = thisType.endsWith(', ') || list === '' ? thisType + list : list;
      return `${isAsync ? 'async ' : ''}${word}${isGenerator ? '*' : ''} ${own ?? (named ? name() : '')}${type}(${head})${returns()} ${body(depth, params)}`;
    });
  }
  function arrow(depth: number): string {
    const isAsync = chance(0.3);
    const outer = inAsync;
    return context(isAsync, false, () => {
      const params = new Set<string>();
      inAsync = false;
      const type = generics(0.15);
      const list = parameters(depth, params);
      inAsync = isAsync;
      void outer;
      const inner = chance(0.6)
        ? `${chance(0.1) ? '({})' : atom(depth + 1)}`
        : scoped(true, () => `{ ${statements(depth + 1, 0, 2)} }`, params);
      return `${isAsync ? 'async ' : ''}${type}(${list})${returns()} => ${inner}`;
    });
  }
  function classLike(depth: number, isExpression: boolean, own?: string): string {
    const abstract = typed && !isExpression && chance(0.2);
    const members: string[] = [];
    const fresh = many(0, 4);
    const privates = new Set<string>();
    const end = (): string => (chance(0.5) ? ';' : '\n');
    const word = (): string => (typed && chance(0.4) ? pick(['public ', 'private ', 'readonly ', 'protected ', 'public readonly ']) : '');
    const access = (): string => (typed && chance(0.3) ? pick(['public ', 'private ', 'protected ']) : '');
    context(false, false, () => {
      for (let i = 0; i < fresh; i++) {
        const fixed = chance(0.3) ? 'static ' : '';
        switch (many(0, 9)) {
          case 0:
          case 1: {
            inFunction++;
            members.push(`${word()}${fixed === '' ? '' : ''}${name()}${annotation()} = ${initial(depth)}${end()}`);
            inFunction--;
            break;
          }
          case 2: {
            const method = functionLike(depth, '', true);
            members.push(`${method.startsWith('*') ? '' : access()}${fixed}${method}${end()}`);
            break;
          }
          case 3:
            members.push(`${word()}[${untyped(() => initial(depth))}]${annotation()} = ${initial(depth)}${end()}`);
            break;
          case 4: {
            const secret = `#${name()}`;
            if (privates.has(secret)) break;
            privates.add(secret);
            members.push(`${fixed}${secret}${annotation()} = ${initial(depth)}${end()}`);
            break;
          }
          case 5:
            members.push(scoped(true, () => `static { ${statements(depth + 1, 0, 2)} }`) + end());
            break;
          case 6:
            members.push(`${fixed}get ${accessor(depth)}${end()}`);
            break;
          case 7:
            members.push(
              typed
                ? pick(['declare x: T', 'x?: T', 'y!: T', '[k: string]: T', 'm(): void;\nm() {}', 'm?(): T;']) + (chance(0.5) ? ';' : '\n')
                : ';',
            );
            break;
          case 8:
            members.push(abstract ? `abstract ${pick(['x: T', 'm(): void', 'get z(): T'])}${end()}` : `${fixed}${name()}${end()}`);
            break;
          default:
            members.push(typed ? `${access()}override ${name()}() { ${chance(0.5) ? `super.${name()}` : ''} }${end()}` : ';');
        }
      }
    });
    const parent = chance(0.3) || members.some((member) => member.includes('super.')) ? ` extends ${name()}${typeArguments(0.3)}` : '';
    const kept = parent ? members : members;
    return `${abstract ? 'abstract ' : ''}class ${own ?? (isExpression && chance(0.5) ? name() : '')}${generics()}${parent}${typed && chance(0.2) ? ' implements T, U' : ''} { ${kept.join(' ')} }`;
  }
  /** A field's initialiser: no `arguments`. */
  const initial = (depth: number): string =>
    expression(depth + 1)
      .replace(/\barguments\b/g, 'h')
      .replace(/\bnew\.target\b/g, 'h');

  function untyped(make: () => string): string {
    const saved = typed;
    typed = false;
    try {
      return make();
    } finally {
      typed = saved;
    }
  }

  // Statements.
  function block(depth: number): string {
    return scoped(false, () => `{ ${statements(depth + 1, 0, 3)} }`);
  }
  /** Statements joined so that no line break joins or parts what was not meant to. */
  function statements(depth: number, low: number, high: number): string {
    let text = '';
    let open = false;
    for (let i = many(low, high); i > 0; i--) {
      const statement = oneStatement(depth);
      if (statement === undefined) continue;
      if (open && /^[([`/+\-<]/.test(statement.text)) text += ';';
      const unfinished = !/[;}]$/.test(statement.text) || !statement.block;
      const semicolon = unfinished && chance(0.5);
      text += statement.text + (semicolon ? ';' : '') + '\n';
      open = unfinished && !semicolon && !statement.type;
      // After a type of one word the next line may begin with what would continue an expression.
      if (statement.type && !semicolon && chance(0.4)) {
        text += pick(['(a)', '[b]', '(b, c)']);
        text += chance(0.5) ? ';\n' : ';\n';
      }
    }
    return text;
  }
  function oneStatement(depth: number): { text: string; block?: boolean; type?: boolean } | undefined {
    const isTop = depth === 0;
    const e = (): string => expression(depth);
    const exporting = isTop && options.exports && chance(0.2) ? 'export ' : '';
    const deeper = depth < 2 || chance(0.2);
    switch (many(0, deeper ? 29 : 9)) {
      case 0:
      case 1:
      case 2:
        return expressionStatement(e());
      case 3:
        return expressionStatement(assignment(depth));
      case 4:
        if (typed) return { text: `${name()} ${pick(['as', 'satisfies'])} T`, type: true };
        return undefined;
      case 5:
      case 6:
      case 7: {
        const kind = pick(['const', 'let', 'var', 'var']);
        const found = pattern(0, kind === 'var' ? newVar : newLexical);
        if (found === undefined) return undefined;
        const bare = kind !== 'const' && /^\w+$/.test(found) && chance(0.3);
        if (bare) return { text: `${exporting}${kind} ${found}${typed && chance(0.2) ? '!: T' : annotation()}` };
        if (typed && chance(0.2)) return { text: `${exporting}${kind} ${found}${annotation()} = ${atom(depth + 1)} as T`, type: true };
        return { text: `${exporting}${kind} ${found}${annotation()} = ${expression(depth + 1)}` };
      }
      case 8:
        if (typed) return { text: `type ${typeName()}${chance(0.3) ? '<T>' : ''} = T`, type: true };
        return undefined;
      case 9:
        if (typed && options.declares)
          return { text: pick(['declare const x: T', 'declare function y(): T;', 'declare let z: T']), type: true };
        return undefined;
      case 10:
        if (typed) return { text: `interface ${typeName()}${chance(0.3) ? ' extends T' : ''} { a: ${type()}; m(): T }`, block: true };
        return undefined;
      case 11:
      case 12:
      case 13: {
        const own = newLexical();
        if (!own) return undefined;
        const overload = typed && chance(0.15) ? `${exporting}function ${own}(x: T): U;\n` : '';
        if (overload)
          return {
            text: `${overload}${exporting}function ${own}(x${annotation()}) ${scoped(
              true,
              () => {
                inFunction++;
                const text = context(false, false, () => `{ ${statements(depth + 1, 0, 2)} }`);
                inFunction--;
                return text;
              },
              new Set(['x']),
            )}`,
            block: true,
          };
        return { text: `${exporting}${functionLike(depth, 'function', true, own)}`, block: true };
      }
      case 14:
      case 15: {
        const own = newLexical();
        return own ? { text: exporting + classLike(depth, false, own), block: true } : undefined;
      }
      case 16: {
        const own = newLexical();
        if (!own) return undefined;
        const members = untyped(() =>
          some(
            0,
            3,
            () =>
              `${chance(0.8) ? pick(pool) : `"${pick(pool)}-x"`}${chance(0.6) ? ` = ${chance(0.5) ? name() : pick(['1', '"s"', '1 << 2', `${name()} | 4`, '`t`'])}` : ''}`,
          ),
        );
        const unique = [...new Map(members.split(', ').map((member) => [/^"?[\w-]*/.exec(member)![0], member])).values()].join(', ');
        return { text: typed ? `${exporting}${chance(0.3) ? 'const ' : ''}enum ${own} { ${unique} }` : `class ${own} {}`, block: true };
      }
      case 17:
      case 18:
        return { text: block(depth), block: true };
      case 19:
        return { text: `if (${e()}) ${block(depth)}${chance(0.5) ? ` else ${block(depth)}` : ''}`, block: true };
      case 20:
        return loop(depth, (inner) => `for (${scopedHead(depth)}; ${e()}; ${e()}) ${inner}`);
      case 21:
      case 22:
        return scoped(false, () => {
          const kind = pick(['const', 'let', 'var', '']);
          const head = kind === '' ? target(2) : pattern(0, kind === 'var' ? newVar : newLexical);
          if (head === undefined || /^(let|async)\b/.test(head)) return undefined;
          const word = chance(0.7) ? 'of' : 'in';
          const right = word === 'of' ? atom(depth + 1) : e();
          return loop(
            depth,
            (inner) =>
              `for ${word === 'of' && inAsync && chance(0.2) ? 'await ' : ''}(${kind === '' ? (head.startsWith('{') ? 'a' : head) : `${kind} ${head}`} ${word} ${right}) ${inner}`,
          );
        });
      case 23:
        return loop(depth, (inner) => `while (${e()}) ${inner}`);
      case 24: {
        const made = loop(depth, (inner) => `do ${inner} while (${e()})`);
        return { text: made.text };
      }
      case 25: {
        const test = block(depth);
        const param = new Set<string>();
        const caught = chance(0.8)
          ? pattern(0, () => {
              const n = pick(pool);
              if (param.has(n)) return undefined;
              param.add(n);
              return n;
            })
          : undefined;
        const catchBody = scoped(false, () => {
          for (const n of param) frames.at(-1)!.lexical.add(n);
          return `{ ${statements(depth + 1, 0, 2)} }`;
        });
        return {
          text: `try ${test} catch ${caught ? `(${caught}${typed && chance(0.2) ? ': any' : ''})` : ''} ${catchBody}${chance(0.3) ? ` finally ${block(depth)}` : ''}`,
          block: true,
        };
      }
      case 26:
        return {
          text: `switch (${e()}) ${scoped(false, () => `{ ${some(0, 3, () => `${chance(0.8) ? `case ${expression(depth + 1)}` : `case 0`}: ${statements(depth + 1, 0, 2)}`, '\n')} default: ${statements(depth + 1, 0, 1)} }`)}`,
          block: true,
        };
      case 27: {
        const label = pick(
          ['a', 'b', 'L', 'M']
            .filter((each) => !labels.includes(each))
            .concat('Z')
            .slice(0, 3),
        );
        if (labels.includes(label)) return undefined;
        labels.push(label);
        const made = loop(depth, (inner) => `${label}: while (${e()}) ${inner.replace(/\}$/, `; continue ${label} }`)}`, true);
        labels.pop();
        return made;
      }
      case 28:
        if (loops) return { text: pick(['break', 'continue']) };
        return undefined;
      default:
        if (inFunction) return { text: `return ${expression(depth + 1)}` };
        return { text: `throw ${expression(depth + 1)}` };
    }
  }
  function expressionStatement(text: string): { text: string; type?: boolean } | undefined {
    if (/^(\{|function|class|async function|let\b|interface|type\b|abstract|enum)/.test(text)) return { text: `(${text})` };
    return { text };
  }
  function scopedHead(depth: number): string {
    const kind = pick(['let', 'var', '']);
    if (kind === '') return assignment(depth + 2).replace(/^\{.*$/s, 'a = 1');
    const fresh = kind === 'var' ? newVar() : pick(pool);
    return fresh ? `${kind} ${fresh}${annotation()} = ${atom(depth + 2)}` : '';
  }
  function loop(depth: number, make: (inner: string) => string, asBlock = false): { text: string; block?: boolean } {
    loops++;
    const single = !asBlock && chance(0.3);
    const inner = single ? `${expressionStatement(atom(depth + 1))!.text};` : block(depth);
    loops--;
    return { text: make(inner), ...(single ? {} : { block: true }) };
  }
  function typeName(): string {
    return `Type${declaredTypes++}`;
  }

  frames = [frame(true)];
  let text = '';
  if (options.imports && chance(0.3)) {
    const local = newLexical()!;
    text += pick([
      `import ${local} from "m";\n`,
      `import * as ${local} from "m"\n`,
      `import { x as ${local}, type Q } from "m"\n`,
      `import type { Q } from "m";\nimport { ${local} } from "m";\n`,
      `import "m";\nlet ${local};\n`,
    ]);
  }
  text += statements(0, 1, 3);
  return text;
}
