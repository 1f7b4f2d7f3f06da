#!/usr/bin/env python3
"""The page of `coppice graph`, in a real browser: search, folding, zoom, cycles, names that would
break out of it, and how it bears many modules.

Ends with code 77, which ctest reports as skipped, where there is no Chromium.
"""

import json
import os
import sys
import unittest

import browser
import harness

PROGRAM = browser.find_browser()
SKIPPED = 77

SOURCES = {
    "app/__init__.py": "",
    "app/main.py": "import app.core.engine\nfrom app import web\nimport tools\n",
    "app/core/__init__.py": "",
    "app/core/engine.py": "from app.core import parts\n",
    "app/core/parts.py": "from app.core import engine\n",
    "app/web/__init__.py": "from app.web import views\n",
    "app/web/views.py": "def show():\n    from app import main\n",
    "tools.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import app.web.views\n",
    "alone.py": "",
}


class PageTest(harness.CommandTest):
    def setUp(self):
        super().setUp()
        self.page = browser.Browser(PROGRAM).__enter__()
        self.addCleanup(self.page.__exit__)

    def open(self, sources, *arguments):
        for path, text in sources.items():
            self.write("src/" + path, text)
        self.index("-o", "a.pack", "src")
        self.command("graph", "a.pack", "-o", "a.html", *arguments)
        self.page.open(self.path("a.html"))

    def tearDown(self):
        self.page.value("new Promise(requestAnimationFrame)")
        self.assertEqual(self.page.problems, [])
        super().tearDown()

    def value(self, expression):
        return self.page.value(expression)

    def text(self, selector):
        return self.value("document.querySelector(%s).textContent" % json.dumps(selector))

    def texts(self, selector):
        return self.value("[...document.querySelectorAll(%s)].map(e => e.textContent)"
                          % json.dumps(selector))

    def drawn(self):
        return sorted(self.value("drawing.nodes.map(node => fullName(node.node))"))

    def place_of(self, name):
        """Where on the page a node is drawn."""
        return self.value("""(() => {
            const node = drawing.nodes.find(each => fullName(each.node) === %s);
            const box = canvas.getBoundingClientRect();
            const at = toScreen(node.x, node.y);
            return [box.left + at.x, box.top + at.y];
        })()""" % json.dumps(name))

    def focused(self):
        return self.value("fullName(Number(document.activeElement.dataset.node))")


class Page(PageTest):
    def test_is_folded_at_first(self):
        self.open(SOURCES)
        self.assertEqual(self.drawn(), ["alone", "app", "tools"])
        self.assertIn("3 of 9 modules", self.text("#status"))
        self.assertEqual(self.value("drawing.edges.length"), 1)
        self.assertEqual(self.texts("#tree > [role=treeitem] > span > span:first-child"),
                         ["alone", "app", "tools"])
        self.assertEqual(self.value("document.title"), "a.pack: import graph")

    def test_search(self):
        self.open(SOURCES)
        self.page.press("/")
        self.assertEqual(self.value("document.activeElement.id"), "search")
        self.page.press(*"engi")
        self.assertEqual(self.texts("#results button"), ["app.core.engine"])
        self.page.press("Enter")
        self.assertEqual(self.value("fullName(selected)"), "app.core.engine")
        self.assertIn("app.core.engine", self.drawn())
        self.assertNotIn("app.web.views", self.drawn())
        self.assertEqual(self.text("#detail-name"), "app.core.engine")
        self.assertEqual(self.texts("#tree [aria-selected=true] > span > span"), ["engine"])
        # What was found is in the middle of the drawing.
        x, y = self.place_of("app.core.engine")
        middle = self.value("(box => [box.left + box.width / 2, box.top + box.height / 2])"
                            "(canvas.getBoundingClientRect())")
        self.assertAlmostEqual(x, middle[0], delta=2)
        self.assertAlmostEqual(y, middle[1], delta=2)
        self.page.click_on("#search")
        self.page.press(*"zzz")
        self.assertEqual(self.texts("#results"), ["no module has that in its name"])

    def test_search_ranks_whole_names_first(self):
        self.open({"a/parser.py": "", "parser/x.py": "", "myparser.py": "", "a/parsers.py": ""})
        self.page.click_on("#search")
        self.page.press(*"PARSER")
        self.assertEqual(self.texts("#results button"),
                         ["parser", "a.parser", "parser.x", "a.parsers", "myparser"])
        self.page.press("ArrowDown", "ArrowDown")
        self.assertEqual(self.value("document.activeElement.textContent"), "a.parser")
        self.page.press("ArrowUp", "ArrowUp")
        self.assertEqual(self.value("document.activeElement.id"), "search")

    def test_mouse_folds_and_selects(self):
        self.open(SOURCES)
        self.page.click(*self.place_of("app"), count=2)
        self.assertEqual(self.drawn(),
                         ["alone", "app", "app.core", "app.main", "app.web", "tools"])
        self.assertEqual(self.texts("#tree [role=group] > li > span > span:first-child"),
                         ["core", "main", "web"])
        self.page.click(*self.place_of("app.main"))
        self.assertEqual(self.text("#detail-name"), "app.main")
        self.assertEqual(self.texts("#imports button"), ["app.core.engine", "app.web", "tools"])
        self.assertEqual(self.text("#imports-title"), "Imports 3")
        self.page.click_on("#imports li:nth-child(3) button")
        self.assertEqual(self.text("#detail-name"), "tools")
        self.assertEqual(self.texts("#importers button"), ["app.main"])
        self.page.click_on("#detail-close")
        self.assertTrue(self.value("document.getElementById('details').hidden"))
        self.page.click_on("#fold-all")
        self.assertEqual(self.drawn(), ["alone", "app", "tools"])

    def test_keyboard_alone(self):
        self.open(SOURCES)
        self.page.press("/")
        self.page.press("Tab", "Tab", "Tab", "Tab")
        while self.value("document.activeElement.getAttribute('role')") != "treeitem":
            self.page.press("Tab")
        self.assertEqual(self.focused(), "alone")
        self.page.press("ArrowDown")
        self.assertEqual(self.focused(), "app")
        self.page.press("ArrowRight")
        self.assertIn("app.core", self.drawn())
        self.page.press("ArrowRight")
        self.assertEqual(self.focused(), "app.core")
        self.page.press("ArrowDown", "ArrowDown", "ArrowDown")
        self.assertEqual(self.focused(), "tools")
        self.page.press("ArrowUp", "Enter")
        self.assertEqual(self.text("#detail-name"), "app.web")
        self.page.press("ArrowLeft", "ArrowLeft")
        self.assertEqual(self.drawn(), ["alone", "app", "tools"])
        self.assertEqual(self.focused(), "app")
        self.page.press("Home")
        self.assertEqual(self.focused(), "alone")
        # On the drawing: what is selected unfolds.
        self.page.press("ArrowDown", "Enter", "Tab")
        self.assertEqual(self.value("document.activeElement.id"), "graph")
        self.page.press("Enter")
        self.assertIn("app.core", self.drawn())

    def test_zoom(self):
        self.open(SOURCES)
        before = self.value("view.scale")
        x, y = self.place_of("tools")
        self.page.wheel(x, y, -100)
        self.page.wait_for("view.scale > %r" % before)
        # What is under the pointer stays there.
        self.assertLess(max(abs(a - b) for a, b in zip(self.place_of("tools"), (x, y))), 1)
        zoomed = self.value("view.scale")
        for action, larger in ((lambda: self.page.click_on("#zoom-in"), True),
                               (lambda: self.page.click_on("#zoom-out"), False)):
            last = self.value("view.scale")
            action()
            self.assertEqual(self.value("view.scale") > last, larger)
        self.value("canvas.focus()")
        self.page.press("+")
        self.assertGreater(self.value("view.scale"), zoomed)
        self.page.press("-", "-")
        self.assertLess(self.value("view.scale"), zoomed)
        x, y = self.place_of("tools")
        self.page.drag((x, y), (x + 80, y + 40))
        moved = self.place_of("tools")
        self.assertAlmostEqual(moved[0], x + 80, delta=1)
        self.assertAlmostEqual(moved[1], y + 40, delta=1)
        self.assertEqual(self.value("selected"), -1)  # a drag is no click
        self.page.press("ArrowRight")
        self.assertLess(self.place_of("tools")[0], moved[0])
        self.page.press("0")
        self.assertAlmostEqual(self.value("view.scale"), before, places=6)

    def test_cycles(self):
        self.open(SOURCES)
        counts = []
        for flags in ((), ("--deferred",), ("--type-checking", "--deferred"), ("--type-checking",)):
            for flag in ("deferred", "type-checking"):
                if self.value("document.getElementById('%s').checked" % flag) != (
                        "--" + flag in flags):
                    self.page.click_on("#" + flag)
            found = json.loads(self.command("query", "a.pack", "cycles", "--json", *flags).stdout)
            self.assertEqual(self.value("cycles().map(members => members.map(fullName).sort())"),
                             [sorted(cycle["modules"]) for cycle in found])
            self.assertEqual(self.text("#cycle-count"), str(len(found)))
            counts.append(sorted(len(cycle["modules"]) for cycle in found))
        self.assertEqual(counts, [[2], [2, 3], [2, 4], [2]])
        self.page.click_on("#cycles-box summary")
        self.assertEqual(self.texts("#cycles button"),
                         ["2 modules: app.core.engine, app.core.parts"])
        self.page.click_on("#cycles li:nth-child(1) button")
        self.assertEqual(self.text("#detail-name"), "Cycle of 2 modules")
        self.assertEqual(self.texts("#imports button"), ["app.core.engine", "app.core.parts"])
        self.assertEqual(sorted(self.value("drawing.nodes.filter(n => n.red && marked.has(n.node))"
                                           ".map(n => fullName(n.node))")),
                         ["app.core.engine", "app.core.parts"])
        self.assertEqual(self.value("drawing.edges.filter(edge => edge.red).length"), 2)
        # In the picture as in the data.
        self.value("new Promise(requestAnimationFrame)")
        x, y = self.place_of("app.core.engine")
        self.assertTrue(self.value("""(() => {
            const box = canvas.getBoundingClientRect();
            const ratio = canvas.width / canvas.clientWidth;
            const half = Math.ceil(16 * view.scale * ratio);
            const pixels = context.getImageData(Math.round((%r - box.left) * ratio),
                Math.round((%r - box.top) * ratio) - half, 1, 2 * half).data;
            for (let i = 0; i < pixels.length; i += 4) {
              if (pixels[i] > 150 && pixels[i + 1] < 90 && pixels[i + 2] < 90) return true;
            }
            return false;
        })()""" % (x, y)))

    def test_of_a_part(self):
        self.open(SOURCES, "--of", "app.core")
        self.assertEqual(self.drawn(), ["app.core", "app.core.engine", "app.core.parts",
                                        "app.main"])
        self.assertEqual(self.value("document.title"), "app.core: import graph")

    def test_everything_has_an_accessible_name(self):
        self.open(SOURCES)
        self.page.click(*self.place_of("app"))
        nodes = self.page.call("Accessibility.getFullAXTree")["nodes"]
        roles = {}
        for node in nodes:
            role = node.get("role", {}).get("value")
            if node.get("ignored") or role not in ("button", "checkbox", "searchbox", "tree",
                                                   "treeitem", "image", "complementary", "group"):
                continue
            roles.setdefault(role, []).append(node.get("name", {}).get("value"))
        for role in ("button", "checkbox", "searchbox", "tree", "treeitem", "image"):
            self.assertTrue(roles.get(role), role)
            self.assertTrue(all(roles[role]), (role, roles[role]))

    def test_names_that_would_break_out(self):
        names = ["</script><script>hacked=1<!--.py", "a\"b'c\\.py", "line\u2028end\u2029.py",
                 "&lt;b>bold<b>.py", "@DATA@@SCRIPT@.py", "new\nline.py", "${hacked=1}`.py",
                 "__proto__/constructor-x.py", "ünï/çødé.py"]
        sources = {name: "import target\n" for name in names}
        sources["target.py"] = ""
        sources["__proto__/__init__.py"] = "import target, constructor\n"
        sources["constructor.py"] = "import __proto__\n"
        self.open(sources)
        self.assertEqual(self.value("typeof hacked"), "undefined")
        self.assertEqual(self.value("document.scripts.length"), 2)
        self.assertEqual(self.value("document.querySelectorAll('b').length"), 0)
        shown = self.value("data.name.map((_, i) => fullName(i))")
        for name in names[:-1]:
            self.assertIn("src/" + name.replace("\n", "\\x0a"), shown)
        self.assertIn("ünï.çødé", shown)
        self.page.click_on("#search")
        self.page.press(*"hacked")
        self.assertEqual(sorted(self.texts("#results button")),
                         sorted(["src/</script><script>hacked=1<!--.py", "src/${hacked=1}`.py"]))
        self.page.press("Enter")
        self.assertEqual(self.texts("#imports button"), ["target"])
        self.assertEqual(self.text("#cycle-count"), "1")
        self.assertEqual(self.value("typeof hacked"), "undefined")

    def test_odd_titles(self):
        self.write("src/a.py", "")
        self.index("-o", "<img src=x onerror=hacked=1>@DATA@.pack", "src")
        self.command("graph", "<img src=x onerror=hacked=1>@DATA@.pack", "-o", "a.html")
        self.page.open(self.path("a.html"))
        self.assertEqual(self.text("h1"), "<img src=x onerror=hacked=1>@DATA@.pack")
        self.assertEqual(self.value("document.images.length"), 0)

    def test_nothing_at_all(self):
        self.write("src/data.txt", "")
        self.write("src/a.py", "")
        self.index("-o", "a.pack", "src")
        self.command("graph", "a.pack", "-o", "a.html")
        self.page.open(self.path("a.html"))
        self.assertEqual(self.drawn(), ["a"])
        self.page.press("/", "x", "Enter")
        self.assertEqual(self.text("#cycle-count"), "0")

    def test_many_modules(self):
        sources = {}
        for package in range(250):
            for module in range(100):
                sources["p%d/m%d.py" % (package, module)] = "import p%d.m%d\nimport p%d.m%d\n" % (
                    (package * 7 + 1) % 250, module, package, (module + 1) % 100)
        self.open(sources)
        self.assertEqual(len(self.drawn()), 250)
        self.assertIn("250 of 25000 modules", self.text("#status"))
        self.page.click_on("#search")
        self.page.press(*"p77.m33")
        self.page.press("Enter")
        self.assertEqual(self.value("fullName(selected)"), "p77.m33")
        self.assertEqual(len(self.drawn()), 250 + 99)
        # As much as can be drawn, and no more; it says so.
        self.assertTrue(self.value("unfoldAll(roots.slice(0, 15))"))
        self.assertFalse(self.value("unfoldAll(roots)"))
        self.assertIn("not unfolded", self.text("#status"))
        self.assertLessEqual(self.value("drawnCount()"), 2000)


if __name__ == "__main__":
    if PROGRAM is None:
        print("no Chromium here; COPPICE_CHROMIUM may name one")
        sys.exit(1 if os.environ.get("CI") else SKIPPED)
    unittest.main()
