/* Which names a cell defines and which it takes from outside, as TypeScript resolves them: a function in a block belongs
   to the block, `var` to the cell or function around it, types never shadow values, and what is used only as a type is no
   reference. One walk; references wait in their scope until it closes, so hoisting needs no second one. */

import { forEachChild, forEachTarget, isTypeWrapper, type Node } from './syntax.ts';

/** A name used as a value. */
export interface Reference {
  readonly name: string;
  readonly node: Node;
  readonly read: boolean;
  readonly write: boolean;
  /** `{ name }`: to rename it the property's name must be written out. */
  readonly shorthand: boolean;
}

/** A name of the cell's top level. `node` is the identifier that defines it first. */
export interface TopName {
  readonly name: string;
  readonly kind: 'value' | 'type';
  readonly node: Node;
  /** `source#imported`. */
  readonly import?: string;
  exported: boolean;
}

export interface Names {
  /** By name; in order of appearance. */
  readonly top: ReadonlyMap<string, TopName>;
  /** References to names that the cell does not define, in order of appearance. */
  readonly free: readonly Reference[];
  /** Assignments to imported names. */
  readonly importWrites: readonly Reference[];
  /** References, inside an enum's initialisers, to its members. */
  readonly members: readonly { readonly of: EnumNames; readonly reference: Reference }[];
  readonly enums: ReadonlyMap<Node, EnumNames>;
}

/** An enum, perhaps declared in several parts. */
export interface EnumNames {
  readonly name: string;
  readonly first: Node;
  /** Names of all members, with the values that are known before the run (filled when it is lowered). */
  readonly members: Set<string>;
  readonly values: Map<string, number | string>;
}

/** Rules that tests switch off to see that the comparison with other analysers notices. */
export interface ScopeRules {
  readonly blockFunctions?: boolean;
  readonly varHoisting?: boolean;
}

export function resolveNames(program: Node, rules: ScopeRules = {}): Names {
  return new Resolver(rules).run(program);
}

type Kind = 'value' | 'import';

interface Scope {
  readonly parent: Scope | undefined;
  /** `var` stops here. */
  readonly holdsVar: boolean;
  readonly names: Map<string, Kind>;
  readonly references: Reference[];
  /** Enums declared here: a second declaration of one sees the members of the first. */
  readonly enums: Map<string, EnumNames>;
}

class Resolver {
  private readonly rules: ScopeRules;
  private readonly topNames: TopName[] = [];
  /** Names that a statement of its own exports, or `export default`. */
  private readonly exported = new Set<string>();
  private readonly importWrites: Reference[] = [];
  private readonly members: { of: EnumNames; reference: Reference }[] = [];
  private readonly enums = new Map<Node, EnumNames>();
  private readonly free: Reference[] = [];
  private scope!: Scope;

  constructor(rules: ScopeRules) {
    this.rules = rules;
  }

  run(program: Node): Names {
    this.within(true, () => this.each(program.body));
    this.topNames.sort((a, b) => a.node.start - b.node.start);
    const top = new Map<string, TopName>();
    for (const name of this.topNames) {
      if (this.exported.has(name.name)) name.exported = true;
      const known = top.get(name.name);
      if (!known || (known.kind === 'type' && name.kind === 'value')) top.set(name.name, name);
    }
    this.free.sort((a, b) => a.node.start - b.node.start);
    return { top, free: this.free, importWrites: this.importWrites, members: this.members, enums: this.enums };
  }

  private within(holdsVar: boolean, visit: () => void, own?: EnumNames): void {
    const parent = this.scope as Scope | undefined;
    const scope: Scope = { parent, holdsVar, names: new Map(), references: [], enums: new Map() };
    this.scope = scope;
    visit();
    for (const reference of scope.references) {
      const kind = scope.names.get(reference.name);
      if (kind === undefined) (parent?.references ?? this.free).push(reference);
      else if (kind === 'import' && reference.write) this.importWrites.push(reference);
      else if (own) this.members.push({ of: own, reference });
    }
    if (parent) this.scope = parent;
  }

  private declare(
    identifier: Node,
    { hoist = false, kind = 'value' as Kind, from }: { hoist?: boolean; kind?: Kind; from?: string } = {},
  ): void {
    let scope = this.scope;
    while (hoist && !scope.holdsVar && scope.parent) scope = scope.parent;
    scope.names.set(identifier.name, kind);
    if (!scope.parent)
      this.topNames.push({
        name: identifier.name,
        kind: 'value',
        node: identifier,
        exported: false,
        ...(from !== undefined ? { import: from } : {}),
      });
  }

  private declareType(identifier: Node, from?: string): void {
    if (this.scope.parent) return;
    this.topNames.push({
      name: identifier.name,
      kind: 'type',
      node: identifier,
      exported: false,
      ...(from !== undefined ? { import: from } : {}),
    });
  }

  private refer(node: Node, read: boolean, write: boolean, shorthand = false): void {
    this.scope.references.push({ name: node.name, node, read, write, shorthand });
  }

  private each(nodes: readonly Node[]): void {
    for (const node of nodes) this.visit(node);
  }

  private readonly visit = (node: Node | null): void => {
    if (!node || node.declare) return;
    switch (node.type) {
      case 'Identifier':
        return this.refer(node, true, false);
      case 'VariableDeclaration':
        return this.variables(node);
      case 'FunctionDeclaration':
        if (node.id) this.declare(node.id, { hoist: this.rules.blockFunctions === false });
        return this.function(node);
      case 'FunctionExpression':
        if (!node.id) return this.function(node);
        return this.within(false, () => {
          this.declare(node.id);
          this.function(node);
        });
      case 'ArrowFunctionExpression':
      case 'ObjectMethod':
      case 'ClassMethod':
      case 'ClassPrivateMethod':
        return this.function(node);
      case 'ClassDeclaration':
      case 'ClassExpression':
        return this.class(node);
      case 'ClassProperty':
      case 'ClassPrivateProperty':
      case 'ClassAccessorProperty':
        if (node.abstract) return;
        if (node.computed) this.visit(node.key);
        return this.within(true, () => this.visit(node.value));
      case 'StaticBlock':
        return this.within(true, () => this.each(node.body));
      case 'BlockStatement':
        return this.within(false, () => this.each(node.body));
      case 'SwitchStatement':
        this.visit(node.discriminant);
        return this.within(false, () => this.each(node.cases));
      case 'ForStatement':
        return this.within(false, () => {
          this.visit(node.init);
          this.visit(node.test);
          this.visit(node.update);
          this.visit(node.body);
        });
      case 'ForInStatement':
      case 'ForOfStatement':
        return this.within(false, () => {
          if (node.left.type === 'VariableDeclaration') this.visit(node.left);
          else this.assign(node.left, false);
          this.visit(node.right);
          this.visit(node.body);
        });
      case 'CatchClause':
        return this.within(false, () => {
          forEachTarget(node.param, (name) => this.declare(name), this.visit);
          this.visit(node.body);
        });
      case 'LabeledStatement':
        return this.visit(node.body);
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'MetaProperty':
      case 'PrivateName':
        return;
      case 'MemberExpression':
      case 'OptionalMemberExpression':
        this.visit(node.object);
        return node.computed ? this.visit(node.property) : undefined;
      case 'ObjectProperty':
        if (node.computed) this.visit(node.key);
        return node.shorthand ? this.refer(node.value, true, false, true) : this.visit(node.value);
      case 'AssignmentExpression':
        this.assign(node.left, node.operator !== '=');
        return this.visit(node.right);
      case 'UpdateExpression':
        return this.assign(node.argument, true);
      case 'TSEnumDeclaration':
        return this.enum(node);
      case 'TSTypeAliasDeclaration':
      case 'TSInterfaceDeclaration':
        return this.declareType(node.id);
      case 'ImportDeclaration':
        return this.import(node);
      case 'ExportNamedDeclaration':
        return this.export(node);
      case 'ExportDefaultDeclaration':
        if (node.declaration.type === 'Identifier') return this.exportOf(node.declaration);
        if (node.declaration.id) this.exported.add(node.declaration.id.name);
        return this.visit(node.declaration);
      case 'ExportAllDeclaration':
        return;
      default:
        if (node.type.startsWith('TS')) return isTypeWrapper(node) ? this.visit(node.expression) : undefined;
        forEachChild(node, this.visit);
    }
  };

  private variables(node: Node): void {
    const hoist = node.kind === 'var' && this.rules.varHoisting !== false;
    for (const { id, init } of node.declarations) {
      forEachTarget(id, (name) => this.declare(name, { hoist }), this.visit);
      this.visit(init);
    }
  }

  private assign(target: Node, read: boolean): void {
    forEachTarget(target, (name) => this.refer(name, read, true), this.visit);
  }

  /** Parameters have a scope of their own: their defaults do not see what the body declares. */
  private function(node: Node): void {
    if (node.computed) this.visit(node.key);
    this.within(true, () => {
      if (node.type !== 'ArrowFunctionExpression') this.scope.names.set('arguments', 'value');
      for (const parameter of node.params) forEachTarget(parameter, (name) => this.declare(name), this.visit);
      this.within(true, () => (node.body.type === 'BlockStatement' ? this.each(node.body.body) : this.visit(node.body)));
    });
  }

  private class(node: Node): void {
    if (node.type === 'ClassDeclaration' && node.id) this.declare(node.id);
    this.within(false, () => {
      if (node.id) this.declare(node.id);
      this.visit(node.superClass);
      this.each(node.body.body);
    });
  }

  private enum(node: Node): void {
    this.declare(node.id);
    const { name } = node.id;
    const own = this.scope.enums.get(name) ?? { name, first: node, members: new Set<string>(), values: new Map() };
    this.scope.enums.set(name, own);
    this.enums.set(node, own);
    for (const { id } of node.members) own.members.add(id.name ?? id.value);
    this.within(
      false,
      () => {
        for (const member of own.members) this.scope.names.set(member, 'value');
        for (const { initializer } of node.members) this.visit(initializer ?? null);
      },
      own,
    );
  }

  private import(node: Node): void {
    for (const specifier of node.specifiers) {
      const from = `${node.source.value}#${importedName(specifier)}`;
      if (node.importKind === 'type' || specifier.importKind === 'type') this.declareType(specifier.local, from);
      else this.declare(specifier.local, { kind: 'import', from });
    }
  }

  private export(node: Node): void {
    if (node.declaration) {
      const from = this.topNames.length;
      this.visit(node.declaration);
      const names = new Set<string>();
      if (node.declaration.id) names.add(node.declaration.id.name);
      for (const { id } of node.declaration.declarations ?? []) forEachTarget(id, ({ name }) => names.add(name));
      for (const name of this.topNames.slice(from)) if (names.has(name.name)) name.exported = true;
    } else if (!node.source && node.exportKind !== 'type') {
      for (const specifier of node.specifiers) if (specifier.exportKind !== 'type') this.exportOf(specifier.local);
    }
  }

  private exportOf(name: Node): void {
    this.refer(name, true, false);
    this.exported.add(name.name);
  }
}

/** `default`, `*`, or the name that the module exports. */
export function importedName(specifier: Node): string {
  if (specifier.type === 'ImportDefaultSpecifier') return 'default';
  if (specifier.type === 'ImportNamespaceSpecifier') return '*';
  return specifier.imported.name ?? specifier.imported.value;
}
