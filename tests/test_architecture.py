"""Rules over the source of bnsim that no linter knows, each proven by a planted violation."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted((ROOT / "bnsim").rglob("*.py"))

# Besides everything that is called ...Event.
OVERRIDES = {
    "boundingRect",
    "event",
    "eventFilter",
    "heightForWidth",
    "hasHeightForWidth",
    "initStyleOption",
    "itemChange",
    "minimumSizeHint",
    "opaqueArea",
    "paint",
    "sceneEvent",
    "sceneEventFilter",
    "shape",
    "sizeHint",
    "tickStrings",
    "tickValues",
    "viewportEvent",
    "viewportSizeHint",
}
QT_EVENT = re.compile(r"[a-z][A-Za-z]*Event")

Node = ast.AST
Rule = Callable[[ast.Module, str], Iterator[Node]]


def called(node: Node) -> str:
    """Return the dotted name that `node` calls: "np.load", ".connect", "print", or ""."""
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    if isinstance(function, ast.Name):
        return function.id
    if not isinstance(function, ast.Attribute):
        return ""
    owner = function.value
    return f"{owner.id if isinstance(owner, ast.Name) else ''}.{function.attr}"


def last(name: str) -> str:
    return name.rsplit(".", 1)[-1]


def imported(tree: ast.Module) -> Iterator[tuple[Node, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield node, node.module or ""


def named(tree: ast.Module, *names: str) -> Iterator[Node]:
    """Yield every mention of one of `names`, imported, bare or as an attribute."""
    for node in ast.walk(tree):
        mentioned = getattr(node, "id", None) or getattr(node, "attr", None)
        if isinstance(node, ast.alias):
            mentioned = last(node.name)
        if mentioned in names:
            yield node


def lambda_as_slot(tree: ast.Module, _path: str) -> Iterator[Node]:
    """A lambda stays connected to an object that Qt has deleted; a bound method does not."""
    for node in ast.walk(tree):
        if last(called(node)) in ("connect", "singleShot"):
            arguments = (inner for argument in node.args for inner in ast.walk(argument))
            yield from (inner for inner in arguments if isinstance(inner, ast.Lambda))


def override_not_guarded(tree: ast.Module, path: str) -> Iterator[Node]:
    """An exception that leaves a method called by C++ crashes Python 3.11."""
    if not path.startswith(("bnsim/views/", "bnsim/ui/", "bnsim/export/")):
        return
    for owner in ast.walk(tree):
        if isinstance(owner, ast.ClassDef) and owner.bases:
            yield from (m for m in owner.body if _is_override(m) and not _is_guarded(m))


def _is_override(member: Node) -> bool:
    name = member.name if isinstance(member, ast.FunctionDef) else ""
    return name in OVERRIDES or bool(QT_EVENT.fullmatch(name))


def _is_guarded(method: ast.FunctionDef) -> bool:
    # Outermost, so that no other decorator's code runs outside it.
    return bool(method.decorator_list) and last(called(method.decorator_list[0])) == "guarded"


def painter_left_open(tree: ast.Module, _path: str) -> Iterator[Node]:
    """An exception under an open QPainter crashes at exit unless `with` closes it."""
    managed = {
        item.context_expr
        for node in ast.walk(tree)
        if isinstance(node, ast.With)
        for item in node.items
    }
    painters = (node for node in ast.walk(tree) if last(called(node)) == "QPainter")
    yield from (node for node in painters if node not in managed)


def nested_event_loop(tree: ast.Module, _path: str) -> Iterator[Node]:
    """Events handled in the middle of a method find a half-changed object."""
    yield from named(tree, "processEvents")


def runs_what_it_reads(tree: ast.Module, _path: str) -> Iterator[Node]:
    """A file or a string must never be executed."""
    banned = {"pickle", "shelve", "marshal", "dill", "joblib", "cloudpickle"}
    yield from (node for node, module in imported(tree) if module.split(".")[0] in banned)
    calls = {"eval", "exec", "np.load", "numpy.load"}
    yield from (node for node in ast.walk(tree) if called(node) in calls)


def writes_a_file(tree: ast.Module, path: str) -> Iterator[Node]:
    """Only files/atomic.py replaces a file wholly or not at all."""
    if path == "bnsim/files/atomic.py":
        return
    yield from named(tree, "QSaveFile", "QFile", "mkstemp", "NamedTemporaryFile", "fdopen")
    for node in ast.walk(tree):
        owner, dot, method = called(node).rpartition(".")
        if method in ("write_text", "write_bytes"):
            if dot and owner != "atomic":
                yield node
        elif method == "open" and _may_write(node, owner, bool(dot)):
            yield node


def _may_write(node: ast.Call, owner: str, is_method: bool) -> bool:
    """Judge by the mode: the second argument of open(), the first of Path.open().

    What is not written out is held against open() alone: other things have a method open.
    """
    if owner == "os":
        return True
    modes = node.args[:1] if is_method and owner != "io" else node.args[1:2]
    modes = [word.value for word in node.keywords if word.arg == "mode"] or modes
    texts = [mode.value if isinstance(mode, ast.Constant) else None for mode in modes]
    return any(
        not is_method if text is None else bool(set(str(text)) & set("wax+")) for text in texts
    )


def pyqtgraph_outside_plot_view(tree: ast.Module, path: str) -> Iterator[Node]:
    """Numbers reach pyqtgraph only through the layer that makes them finite."""
    if not re.fullmatch(r"bnsim/views/plot_\w+\.py", path):
        yield from (n for n, module in imported(tree) if module.split(".")[0] == "pyqtgraph")


def process_wide_setting(tree: ast.Module, _path: str) -> Iterator[Node]:
    """np.seterr and the recursion limit change the process for everyone."""
    yield from named(tree, "seterr", "setrecursionlimit")


def qsettings(tree: ast.Module, _path: str) -> Iterator[Node]:
    """QSettings executes code out of a hostile file in the supported PySide6."""
    yield from named(tree, "QSettings")


def prints(tree: ast.Module, _path: str) -> Iterator[Node]:
    """Only the command line writes to the terminal, through sys.stdout."""
    yield from (node for node in ast.walk(tree) if called(node) == "print")


def rich_label(tree: ast.Module, path: str) -> Iterator[Node]:
    """A QLabel may take its text for HTML; views/labels.py makes those that do not."""
    if path != "bnsim/views/labels.py":
        yield from (node for node in ast.walk(tree) if last(called(node)) == "QLabel")
        classes = (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
        yield from (node for node in classes if any(_label(base) for base in node.bases))


def _label(base: Node) -> bool:
    return "QLabel" in (getattr(base, "id", None), getattr(base, "attr", None))


def catches_everything(tree: ast.Module, path: str) -> Iterator[Node]:
    """Only the guard between Qt and Python may swallow what it does not know."""
    if path == "bnsim/views/guard.py":
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if node.type is None or _names_everything(kinds):
                yield node
        elif last(called(node)) == "suppress" and _names_everything(node.args):
            yield node


def _names_everything(kinds: list[Node]) -> bool:
    return bool({getattr(kind, "id", None) for kind in kinds} & {"Exception", "BaseException"})


RULES: tuple[Rule, ...] = (
    lambda_as_slot,
    override_not_guarded,
    painter_left_open,
    nested_event_loop,
    runs_what_it_reads,
    writes_a_file,
    pyqtgraph_outside_plot_view,
    process_wide_setting,
    qsettings,
    prints,
    rich_label,
    catches_everything,
)

VIOLATIONS = (
    (lambda_as_slot, "button.clicked.connect(lambda: go())"),
    (lambda_as_slot, "button.clicked.connect(wrap(lambda on: go(on)))"),
    (lambda_as_slot, "QTimer.singleShot(0, lambda: go())"),
    (override_not_guarded, "class A(QWidget):\n    def paintEvent(self, event): ..."),
    (override_not_guarded, "class A(QWidget):\n    @other\n    def sizeHint(self): ..."),
    (override_not_guarded, "class A(QWidget):\n    @guarded\n    def event(self, e): ..."),
    (override_not_guarded, "class A(QGraphicsItem):\n    def boundingRect(self): ..."),
    (
        override_not_guarded,
        "class A(QWidget):\n    @other\n    @guarded()\n    def event(self, e): ...",
    ),
    (painter_left_open, "painter = QPainter(self)"),
    (painter_left_open, "with lock:\n    painter = QtGui.QPainter(self)"),
    (nested_event_loop, "QApplication.processEvents()"),
    (nested_event_loop, "app.processEvents()"),
    (runs_what_it_reads, "import pickle"),
    (runs_what_it_reads, "from shelve import open"),
    (runs_what_it_reads, "x = eval(text)"),
    (runs_what_it_reads, "exec(text)"),
    (runs_what_it_reads, "np.load(path)"),
    (writes_a_file, "open(path, 'w')"),
    (writes_a_file, "open(path, mode='ab')"),
    (writes_a_file, "open(path, mode)"),
    (writes_a_file, "path.open('xb')"),
    (writes_a_file, "Path('x').open('r+')"),
    (writes_a_file, "os.open(path, flags)"),
    (writes_a_file, "path.write_text('x')"),
    (writes_a_file, "Path('x').write_bytes(b'')"),
    (writes_a_file, "QSaveFile(name)"),
    (pyqtgraph_outside_plot_view, "import pyqtgraph as pg"),
    (pyqtgraph_outside_plot_view, "from pyqtgraph.exporters import SVGExporter"),
    (process_wide_setting, "np.seterr(all='ignore')"),
    (process_wide_setting, "from numpy import seterr"),
    (process_wide_setting, "sys.setrecursionlimit(10**6)"),
    (qsettings, "from PySide6.QtCore import QSettings"),
    (qsettings, "QtCore.QSettings()"),
    (prints, "print('x')"),
    (rich_label, "QLabel(title)"),
    (rich_label, "QtWidgets.QLabel()"),
    (rich_label, "class Title(QLabel): ..."),
    (catches_everything, "try: go()\nexcept: pass"),
    (catches_everything, "try: go()\nexcept Exception: pass"),
    (catches_everything, "try: go()\nexcept (OSError, BaseException) as e: raise"),
    (catches_everything, "with suppress(Exception): go()"),
)

ALLOWED = (
    "button.clicked.connect(self._on_clicked)",
    "names.sort(key=lambda name: name.lower())",
    "class A(QWidget):\n    @guarded(QSize)\n    def sizeHint(self): ...",
    "class A(QWidget):\n    @guard.guarded()\n    def paintEvent(self, event): ...",
    "class Plain:\n    def event(self): ...",
    "with QPainter(self) as painter: ...",
    "dialog.exec()",
    "np.savez(buffer, **arrays)",
    "open(path)",
    "open(path, 'rb')",
    "path.open()",
    "path.open('rb')",
    "controller.open(scenario)",
    "atomic.write_bytes(path, data)",
    "write_bytes(path, data)",
    "with np.errstate(all='ignore'): ...",
    "sys.stdout.write('x')",
    "plain_label('x')",
    "def f(label: QLabel): ...",
    "try: go()\nexcept OSError: ...",
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_that_the_source_keeps_the_rule(rule):
    found = []
    for path in SOURCES:
        name = path.relative_to(ROOT).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"), name)
        found += [f"{name}:{node.lineno}" for node in rule(tree, name)]
    assert not found, f"{rule.__doc__} Broken at: {', '.join(found)}"


@pytest.mark.parametrize(
    ("rule", "source"), VIOLATIONS, ids=lambda one: getattr(one, "__name__", one)
)
def test_that_a_planted_violation_is_found(rule, source):
    assert list(rule(ast.parse(source), "bnsim/views/planted.py"))


@pytest.mark.parametrize("source", ALLOWED)
def test_that_allowed_code_breaks_no_rule(source):
    broken = [rule.__name__ for rule in RULES if list(rule(ast.parse(source), "bnsim/ui/x.py"))]
    assert not broken


def test_that_every_rule_has_a_planted_violation():
    assert {rule for rule, _source in VIOLATIONS} == set(RULES)


def test_that_the_exempt_files_exist():
    names = {path.relative_to(ROOT).as_posix() for path in SOURCES}
    assert {"bnsim/files/atomic.py", "bnsim/views/labels.py", "bnsim/views/guard.py"} <= names


@pytest.mark.skipif(not importlib.util.find_spec("importlinter"), reason="a tool of the dev extra")
def test_that_the_import_contracts_are_kept():
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(not importlib.util.find_spec("importlinter"), reason="a tool of the dev extra")
def test_that_an_import_upwards_breaks_a_contract(tmp_path):
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    for path in SOURCES:
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    with (tmp_path / "bnsim/sim/errors.py").open("a") as file:
        file.write("\nimport bnsim.views.labels\n")
    done = lint_imports(tmp_path)
    assert done.returncode == 1
    assert "Everything below views is Qt-free BROKEN" in done.stdout


def lint_imports(folder):
    command = "from importlinter.cli import lint_imports_command as run; run(['--no-cache'])"
    return subprocess.run(
        [sys.executable, "-c", command], cwd=folder, capture_output=True, text=True, timeout=120
    )
