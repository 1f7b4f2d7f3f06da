"""The records that docs/summary.md prescribes, computed from CPython's `ast`.

Independent of Coppice: it shares no code and no tables with it. `records(text)` gives a dictionary
of the fields of one line of `coppice export --format jsonl` that depend on the text alone.
"""

import ast
import unicodedata

import definitions
import dunder_all
import flags
from source_text import VALUE_LIMIT, Source

MAX_GUARDS = 64
ABSENT = object()  # no value is bound at all, as against None: bound, but opaque

_ASCII_SPACE = " \t\r\f\v"


class Scope:
    """A module, class, function or lambda body while it is walked."""

    def __init__(self, kind, parent, prefix="", class_name=None, visible=False, method=None):
        self.kind = kind
        self.parent = parent
        self.prefix = prefix  # of the qualified names of members
        self.class_name = class_name  # that mangles private names; None outside classes
        self.visible = visible  # its names are symbols
        self.method = method  # (first parameter, class scope, kind) that `self.x` belongs to
        self.globals = set()
        self.imported = []  # what may yet be declared global: only imports may precede that
        self.bound = set()  # names bound in the body itself, for the check against symtable
        self.entries = []  # (line, col, record) of imports and symbols
        self.yields = False
        self.has_slots = False

    def import_scope(self):
        scope = self
        while scope:
            if scope.kind == "function":
                return "function"
            scope = scope.parent
        return self.kind


def first_line(body):
    """The printed line of the docstring of a body, or None."""
    if not body or not isinstance(body[0], ast.Expr):
        return None
    value = body[0].value
    if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
        return None
    for line in value.value.expandtabs().split("\n"):
        line = line.strip(_ASCII_SPACE)
        if line:
            return dunder_all.without_surrogates(line)
    return None


class Walker:
    def __init__(self, text, tree):
        self.source = Source(text)
        self.module = Scope("module", None, visible=True)
        self.scopes = [self.module]
        self.imports = []
        self.symbols = []
        self.all_events = []  # for dunder_all
        self.tree = tree
        self.class_names = []  # (name, line of the statement, names bound) of visible classes
        self.module_names = set()
        self.deleted = set()

    # Emission

    def mangle(self, name, scope):
        owner = scope.class_name
        if owner is None or not name.startswith("__") or name.endswith("__") or "." in name:
            return name
        owner = owner.lstrip("_")
        return "_" + owner + name if owner else name

    def symbol(self, owner, kind, name, at, end_line, guards, value=ABSENT, **fields):
        line, col = at
        record = {"qualname": owner.prefix + name, "kind": kind, "line": line, "col": col,
                  "end_line": end_line, "guards": list(guards[:MAX_GUARDS]), "flags": set()}
        if value is not ABSENT:
            record["value"] = value
        record.update((key, item) for key, item in fields.items() if item is not None)
        owner.entries.append((line, col, record))
        self.symbols.append(record)
        return record

    def bind(self, scope, name, at, end_line, guards, value=None, annotation=None, quiet=False):
        """A binding of a plain name by anything but an undeclared def or class."""
        mangled = self.mangle(name, scope)
        is_global = mangled in scope.globals and scope.kind != "module"
        if is_global:
            owner = self.module
        elif scope.visible:
            owner = scope
        else:
            return
        record = self.symbol(owner, "variable", mangled, at, end_line, guards, value,
                             annotation=self.annotation_text(annotation))
        if annotation:
            record["flags"] = flags.of_annotation(annotation[0], "variable")
        if is_global:
            record["flags"] = record["flags"] | {"global"}
        if owner is self.module:
            self.module_names.add(mangled)
            if mangled == "__all__" and not quiet:
                self.all_events.append((at, "other", None, False))
                if is_global:
                    self.lose_all(scope, at)
        elif owner is scope:
            scope.bound.add(mangled)
            scope.has_slots = scope.has_slots or name == "__slots__"

    def annotation_text(self, annotation):
        return None if annotation is None else self.source.expression(*annotation)

    def bind_attribute(self, scope, node, end_line, guards, value=None, annotation=None):
        if not scope.method or not isinstance(node.value, ast.Name):
            return
        first, owner, kind = scope.method
        if node.value.id != first:
            return
        at = self.source.position(self.source.name_before(self.source.end(node)))
        record = self.symbol(owner, kind, self.mangle(node.attr, scope), at, end_line,
                             guards, value, annotation=self.annotation_text(annotation))
        if annotation:
            record["flags"] = flags.of_annotation(annotation[0], kind)

    def target(self, node, scope, guards, end_line=None, value=None):
        """Binds what an assignment target binds; None as `end_line`: the name's own line."""
        if isinstance(node, ast.Name):
            self.bind(scope, node.id, (node.lineno, node.col_offset), end_line or node.lineno,
                      guards, value)
        elif isinstance(node, ast.Attribute):
            self.expression(node.value, scope, guards)
            at_line = node.end_lineno
            self.bind_attribute(scope, node, end_line or at_line, guards, value)
        elif isinstance(node, (ast.Tuple, ast.List)):
            for item in node.elts:
                self.target(item, scope, guards, end_line)
        elif isinstance(node, ast.Starred):
            self.target(node.value, scope, guards, end_line)
        else:
            self.item_target(node, scope)
            self.expression(node, scope, guards)

    # Expressions

    def expression(self, root, scope, guards):
        """Finds walruses, lambdas, yields and comprehension targets in an expression."""
        if root is None:
            return
        stack = [root]
        while stack:
            node = stack.pop()
            kind = type(node)
            if kind is ast.Name or kind is ast.Constant:
                continue
            if kind is ast.NamedExpr:
                target = node.target
                value = self.source.expression(node.value, self.source.end(target), VALUE_LIMIT)
                self.bind(scope, target.id, (target.lineno, target.col_offset), target.lineno,
                          guards, value)
                stack.append(node.value)
            elif kind is ast.Lambda:
                self.defaults(node.args, scope, guards)
                inner = Scope("function", scope, class_name=scope.class_name)
                self.expression(node.body, inner, ())
            elif kind is ast.comprehension:
                self.comprehension_target(node.target, scope, guards)
                stack.append(node.iter)
                stack.extend(node.ifs)
            else:
                if kind is ast.Yield or kind is ast.YieldFrom:
                    scope.yields = True
                if (dunder_all.is_method_call(node)
                        and dunder_all.method_call(node)[0] != "nothing"):
                    self.lose_all(scope, (node.lineno, node.col_offset))
                for name in node._fields:
                    value = getattr(node, name)
                    if isinstance(value, list):
                        stack.extend(item for item in value if isinstance(item, ast.AST))
                    elif isinstance(value, ast.AST):
                        stack.append(value)

    def lose_all(self, scope, at):
        """`__all__` is changed in a way that is not followed."""
        event = "other" if scope is self.module else "elsewhere"
        self.all_events.append((at, event, None, False))

    def comprehension_target(self, node, scope, guards):
        if isinstance(node, ast.Attribute):
            self.bind_attribute(scope, node, node.end_lineno, guards)
        elif isinstance(node, (ast.Tuple, ast.List)):
            for item in node.elts:
                self.comprehension_target(item, scope, guards)
        elif isinstance(node, ast.Starred):
            self.comprehension_target(node.value, scope, guards)

    def defaults(self, args, scope, guards):
        for default in args.defaults + args.kw_defaults:
            self.expression(default, scope, guards)

    # Statements

    def body(self, statements, scope, guards):
        for statement in statements:
            self.statement(statement, scope, guards)

    def statement(self, node, scope, guards):
        method = getattr(self, "visit_" + type(node).__name__, None)
        if method:
            method(node, scope, guards)
        elif not isinstance(node, (ast.Pass, ast.Break, ast.Continue, ast.Nonlocal)):
            self.expression(node, scope, guards)

    def visit_Global(self, node, scope, guards):
        names = {self.mangle(name, scope) for name in node.names}
        scope.globals |= names
        for binds, token, end_line, import_guards in scope.imported:
            mangled = self.mangle(binds, scope)
            if mangled in names and scope.kind != "module":
                scope.bound.discard(mangled)
                self.bind(scope, binds, token, end_line, import_guards)
        scope.imported = [r for r in scope.imported if self.mangle(r[0], scope) not in names]

    def visit_Import(self, node, scope, guards):
        for alias in node.names:
            self.alias(node, alias, scope, guards, alias.name, 0, None,
                       alias.asname or alias.name.split(".")[0])

    def visit_ImportFrom(self, node, scope, guards):
        for alias in node.names:
            self.alias(node, alias, scope, guards, node.module or "", node.level, alias.name,
                       alias.asname or alias.name)

    def alias(self, statement, alias, scope, guards, module, level, name, binds):
        mangled = self.mangle(binds, scope)
        at = (alias.lineno, alias.col_offset)
        record = {"module": module, "level": level, "name": name, "binds": mangled,
                  "alias": alias.asname is not None, "line": alias.lineno,
                  "scope": scope.import_scope(), "guards": list(guards[:MAX_GUARDS])}
        self.imports.append((at, record))
        scope.entries.append((at[0], at[1], record))
        if scope is self.module:
            self.all_events.append((at, "import", record, bool(guards)))
            self.module_names.add(mangled)
        elif scope.kind == "class" and scope.visible and mangled not in scope.globals:
            scope.bound.add(mangled)
        token = at
        if alias.asname:
            token = self.source.position(self.source.name_before(self.source.end(alias)))
        if mangled in scope.globals and scope.kind != "module":
            self.bind(scope, binds, token, statement.end_lineno, guards)
        elif scope.kind != "module":
            scope.imported.append((binds, token, statement.end_lineno, guards))

    def visit_Assign(self, node, scope, guards):
        source = self.source
        value = None
        if any(isinstance(t, (ast.Name, ast.Attribute)) for t in node.targets):
            value = source.expression(node.value, source.end(node.targets[-1]), VALUE_LIMIT)
        for target in node.targets:
            if isinstance(target, ast.Name):
                quiet = scope is self.module and target.id == "__all__"
                at = (target.lineno, target.col_offset)
                if quiet:
                    self.all_events.append((at, "assign", node.value, bool(guards)))
                self.bind(scope, target.id, at, node.end_lineno, guards, value, quiet=quiet)
            else:
                self.target(target, scope, guards, node.end_lineno,
                            value if isinstance(target, ast.Attribute) else None)
        self.expression(node.value, scope, guards)

    def visit_AnnAssign(self, node, scope, guards):
        source = self.source
        target = node.target
        value = ABSENT
        if node.value is not None:
            value = source.expression(node.value, source.end(node.annotation), VALUE_LIMIT)
        annotation = (node.annotation, source.end(target))
        if isinstance(target, ast.Name):
            at = (target.lineno, target.col_offset)
            quiet = scope is self.module and target.id == "__all__"
            if quiet and node.value is not None:
                self.all_events.append((at, "assign", node.value, bool(guards)))
            if node.simple or node.value is not None:
                self.bind(scope, target.id, at, node.end_lineno, guards, value, annotation, quiet)
        elif isinstance(target, ast.Attribute):
            self.expression(target.value, scope, guards)
            self.bind_attribute(scope, target, node.end_lineno, guards, value, annotation)
        else:
            self.target(target, scope, guards)
        self.expression(node.annotation, scope, guards)
        self.expression(node.value, scope, guards)

    def visit_AugAssign(self, node, scope, guards):
        target = node.target
        if isinstance(target, ast.Name):
            at = (target.lineno, target.col_offset)
            quiet = (scope is self.module and target.id == "__all__"
                     and isinstance(node.op, ast.Add))
            if quiet:
                self.all_events.append((at, "extend", node.value, bool(guards)))
            self.bind(scope, target.id, at, node.end_lineno, guards, quiet=quiet)
        else:
            self.target(target, scope, guards, node.end_lineno)
        self.expression(node.value, scope, guards)

    def visit_Delete(self, node, scope, guards):
        self.expression(node, scope, guards)
        for target in node.targets:
            self.item_target(target, scope)
        names = {name.id for target in node.targets for name in dunder_all.target_names(target)}
        self.deleted.update(self.mangle(name, scope) for name in names)
        if "__all__" in names and (scope is self.module or "__all__" in scope.globals):
            self.lose_all(scope, (node.lineno, node.col_offset))

    def item_target(self, node, scope):
        if dunder_all.is_item(node):
            self.lose_all(scope, (node.lineno, node.col_offset))

    def visit_Expr(self, node, scope, guards):
        event = dunder_all.method_call(node.value) if scope is self.module else None
        if not event:
            self.expression(node.value, scope, guards)
            return
        at = (node.value.lineno, node.value.col_offset)
        self.all_events.append((at,) + event + (bool(guards),))
        for argument in node.value.args + node.value.keywords:
            self.expression(argument, scope, guards)

    def visit_TypeAlias(self, node, scope, guards):
        source = self.source
        name = node.name
        at = (name.lineno, name.col_offset)
        low = source.end(node.type_params[-1]) if node.type_params else source.end(name)
        value = source.expression(node.value, low, VALUE_LIMIT)
        if self.mangle(name.id, scope) in scope.globals and scope.kind != "module":
            self.bind(scope, name.id, at, node.end_lineno, guards)
        elif scope.visible:
            mangled = self.mangle(name.id, scope)
            self.symbol(scope, "type_alias", mangled, at, node.end_lineno, guards, value,
                        type_params=definitions.type_params(self.source, node))
            self.note(scope, mangled, at)

    def note(self, scope, mangled, at):
        """Remembers a binding by def, class or type for the checks against symtable."""
        if scope is self.module:
            self.module_names.add(mangled)
            if mangled == "__all__":
                self.all_events.append((at, "other", None, False))
        else:
            scope.bound.add(mangled)
            scope.has_slots = scope.has_slots or mangled == "__slots__"

    def visit_If(self, node, scope, guards):
        self.expression(node.test, scope, guards)
        test = definitions.header(self.source, node, 1, node.test)
        self.body(node.body, scope, guards + (guard("if", test, 0),))
        if node.orelse:
            self.body(node.orelse, scope, guards + (guard("if", test, 1),))

    def visit_While(self, node, scope, guards):
        self.expression(node.test, scope, guards)
        self.loop(node, scope, guards, definitions.header(self.source, node, 1, node.test))

    def visit_For(self, node, scope, guards, keywords=1):
        self.expression(node.iter, scope, guards)
        test = definitions.header(self.source, node, keywords, node.iter)
        self.target(node.target, scope, guards + (guard("loop", test, 0),))
        self.loop(node, scope, guards, test)

    def visit_AsyncFor(self, node, scope, guards):
        self.visit_For(node, scope, guards, 2)

    def loop(self, node, scope, guards, test):
        self.body(node.body, scope, guards + (guard("loop", test, 0),))
        if node.orelse:
            self.body(node.orelse, scope, guards + (guard("loop", test, 1),))

    def visit_With(self, node, scope, guards, keywords=1):
        last = node.items[-1].optional_vars or node.items[-1].context_expr
        test = definitions.header(self.source, node, keywords, last)
        inner = guards + (guard("with", test, 0),)
        for item in node.items:
            self.expression(item.context_expr, scope, guards)
            if item.optional_vars:
                self.target(item.optional_vars, scope, inner)
        self.body(node.body, scope, inner)

    def visit_AsyncWith(self, node, scope, guards):
        self.visit_With(node, scope, guards, 2)

    def visit_Try(self, node, scope, guards):
        self.body(node.body, scope, guards + (guard("try", "", 0),))
        for index, handler in enumerate(node.handlers):
            self.handler(handler, index, scope, guards)
        if node.orelse:
            self.body(node.orelse, scope, guards + (guard("else", "", 0),))
        if node.finalbody:
            self.body(node.finalbody, scope, guards + (guard("finally", "", 0),))

    visit_TryStar = visit_Try

    def handler(self, node, index, scope, guards):
        source = self.source
        test = ""
        if node.type is not None:
            self.expression(node.type, scope, guards)
            low = source.token(source.start(node))[1]
            test = source.expression(node.type, low)
        inner = guards + (guard("except", test, index),)
        if node.name is not None:
            as_end = source.find_token(source.end(node.type), b"as") + 2
            at = source.position(source.token(as_end)[0])
            self.bind(scope, node.name, at, at[0], inner)
        self.body(node.body, scope, inner)

    def visit_Match(self, node, scope, guards):
        self.expression(node.subject, scope, guards)
        subject = definitions.header(self.source, node, 1, node.subject)
        for index, case in enumerate(node.cases):
            inner = guards + (guard("match", subject, index),)
            self.pattern(case.pattern, scope, inner)
            self.expression(case.guard, scope, inner)
            self.body(case.body, scope, inner)

    def pattern(self, node, scope, guards):
        source = self.source
        name = getattr(node, "name", None)
        if isinstance(node, (ast.MatchAs, ast.MatchStar)) and name is not None:
            at = source.position(source.name_before(source.end(node)))
            self.bind(scope, name, at, at[0], guards)
        if isinstance(node, ast.MatchMapping) and node.rest is not None:
            low = source.end(node.patterns[-1]) if node.patterns else source.start(node) + 1
            star = source.find_token(low, b"*")
            at = source.position(source.token(star + 2)[0])
            self.bind(scope, node.rest, at, at[0], guards)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.pattern):
                self.pattern(child, scope, guards)

    # Definitions

    def visit_FunctionDef(self, node, scope, guards):
        for expression in node.decorator_list:
            self.expression(expression, scope, guards)
        self.defaults(node.args, scope, guards)
        parameters = node.args.posonlyargs + node.args.args
        every = parameters + node.args.kwonlyargs + [
            a for a in (node.args.vararg, node.args.kwarg) if a]
        for arg in every:
            self.expression(arg.annotation, scope, guards)
        self.expression(node.returns, scope, guards)

        offset, name_end = definitions.name_token(self.source, node)
        at = self.source.position(offset)
        is_global = self.mangle(node.name, scope) in scope.globals and scope.kind != "module"
        visible = scope.visible and not is_global
        in_class = visible and scope.kind == "class"
        found = flags.of_function(node, in_class)
        if is_global:
            self.bind(scope, node.name, at, node.end_lineno, guards)
        record = None
        if visible:
            mangled = self.mangle(node.name, scope)
            record = self.symbol(
                scope, "function", mangled, at, node.end_lineno, guards,
                decorators=definitions.decorator_texts(self.source, node),
                params=definitions.params(self.source, node),
                returns=definitions.returns(self.source, node, name_end),
                type_params=definitions.type_params(self.source, node),
                doc=first_line(node.body))
            self.note(scope, mangled, at)

        method = scope.method
        if in_class:
            method = None
            if parameters and "staticmethod" not in found:
                kind = "variable" if "classmethod" in found else "attribute"
                method = (parameters[0].arg, scope, kind)
        elif method and any(arg.arg == method[0] for arg in every):
            method = None
        inner = Scope("function", scope, class_name=scope.class_name, method=method)
        self.scopes.append(inner)
        self.body(node.body, inner, ())
        if inner.yields:
            found.add("generator")
        if record:
            record["flags"] = found

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node, scope, guards):
        source = self.source
        for expression in node.decorator_list + node.bases + [k.value for k in node.keywords]:
            self.expression(expression, scope, guards)
        offset, name_end = definitions.name_token(self.source, node)
        at = source.position(offset)
        is_global = self.mangle(node.name, scope) in scope.globals and scope.kind != "module"
        visible = scope.visible and not is_global
        mangled = self.mangle(node.name, scope)
        if is_global:
            self.bind(scope, node.name, at, node.end_lineno, guards)
        record = None
        if visible:
            bases, keywords = definitions.class_arguments(self.source, node, name_end)
            record = self.symbol(
                scope, "class", mangled, at, node.end_lineno, guards,
                decorators=definitions.decorator_texts(self.source, node), bases=bases,
                keywords=keywords or None,
                type_params=definitions.type_params(self.source, node), doc=first_line(node.body))
            self.note(scope, mangled, at)
        inner = Scope("class", scope, scope.prefix + mangled + ".", node.name, visible,
                      None if visible else scope.method)
        self.scopes.append(inner)
        if visible:
            self.class_names.append((node.name, node.lineno, inner.prefix[:-1], inner.bound))
        self.body(node.body, inner, ())
        if record:
            record["flags"] = flags.of_class(node, inner.has_slots)

    # The whole

    def run(self):
        self.body(self.tree.body, self.module, ())
        for scope in self.scopes:
            scope.entries.sort(key=lambda entry: entry[:2])
            for order, (_, _, record) in enumerate(scope.entries):
                record["order"] = order
        self.symbols.sort(key=lambda record: (record["line"], record["col"]))
        for record in self.symbols:
            record["flags"] = flags.in_order(record["flags"])
        self.imports.sort(key=lambda pair: pair[0])
        self.mark_named_escapes()
        names, complete = dunder_all.evaluate(self.all_events)
        return {"doc": first_line(self.tree.body), "all": names, "all_complete": complete,
                "imports": [record for _, record in self.imports], "symbols": self.symbols}


    def mark_named_escapes(self):
        """Strings that may be entries of `__all__`: whether they are written with \\N{...}."""
        for _, _, argument, _ in self.all_events:
            if not isinstance(argument, ast.AST):
                continue
            for node in ast.walk(argument):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    source = self.source
                    written = source.data[source.start(node):source.end(node)].count(b"\\N{")
                    # In raw literals, and behind a backslash, it stands for itself.
                    node.has_named_escape = written > node.value.count("\\N{")


def guard(kind, test, branch):
    return {"kind": kind, "test": test, "branch": branch}


def records(text, tree=None):
    """(fields of the export, names by scope for the check against symtable) of a source text."""
    walker = Walker(text, tree or ast.parse(text))
    fields = walker.run()
    return fields, {"module": walker.module_names, "classes": walker.class_names,
                    "deleted": walker.deleted}
