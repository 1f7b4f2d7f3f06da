#include "store/site_paths.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store/editable_install.h"
#include "store/path_file.h"
#include "store/python_literals.h"
#include "tests/store/temporary_tree.h"

namespace coppice {
namespace {

using Strings = std::vector<std::string>;
using Kind = PathFileLine::Kind;
using Lines = std::vector<PathFileLine>;

const PosixFileSystem kFiles;

// An installation below the tree, with what its site.py says.
Interpreter Installed(const TemporaryTree& tree, const std::string& site) {
  tree.Write("usr/lib/python3.12/site.py", site);
  Interpreter python;
  python.minor = 12;
  python.library = "python3.12";
  python.platlibdir = "lib";
  python.base_prefix = python.base_exec_prefix = tree / "usr";
  python.stdlib = tree / "usr/lib/python3.12";
  python.paths = {python.stdlib};
  return python;
}

Strings Paths(const Interpreter& interpreter, const SiteVariables& variables = {}) {
  Strings paths;
  for (const SearchPlace& place : FindSitePaths(kFiles, interpreter, variables).places) {
    paths.push_back(place.path);
  }
  return paths;
}

TEST(SitePaths, KnowsDebian) {
  const TemporaryTree tree;
  for (const char* file :
       {"usr/lib/python3.12/site-packages/a.py", "usr/lib/python3/dist-packages/b",
        "usr/local/lib/python3.12/dist-packages/c", "usr/lib/python3.12/dist-packages/d"}) {
    tree.Write(file);
  }
  EXPECT_EQ(Paths(Installed(tree, "")),
            (Strings{tree / "usr/lib/python3.12", tree / "usr/lib/python3.12/site-packages"}));
  EXPECT_EQ(
      Paths(Installed(tree, "path = join(prefix, \"dist-packages\")")),
      (Strings{tree / "usr/lib/python3.12", tree / "usr/local/lib/python3.12/dist-packages",
               tree / "usr/lib/python3/dist-packages", tree / "usr/lib/python3.12/dist-packages"}));
}

TEST(SitePaths, SearchesBothLibraryDirectories) {
  const TemporaryTree tree;
  Interpreter python = Installed(tree, "");
  python.platlibdir = "lib64";
  tree.Write("usr/lib64/python3.12/site-packages/a");
  tree.Write("usr/lib/python3.12/site-packages/a");
  EXPECT_EQ(Paths(python), (Strings{python.stdlib, tree / "usr/lib64/python3.12/site-packages",
                                    tree / "usr/lib/python3.12/site-packages"}));
}

TEST(SitePaths, HiddenFilesAndFormsAreThoseOfTheVersion) {
  const TemporaryTree tree;
  const std::string packages = "usr/lib/python3.12/site-packages/";
  tree.Write(packages + ".hidden.pth", "hidden\n");
  tree.Write(packages + "hidden/x");
  tree.Write(packages + "a.pth", "\xef\xbb\xbfmarked\n");
  tree.Write(packages + "marked/x");
  EXPECT_EQ(Paths(Installed(tree, "")).back(), tree / (packages + "hidden"));
  const std::string modern = "not name.startswith(\".\") utf-8-sig";
  EXPECT_EQ(Paths(Installed(tree, modern)).back(), tree / (packages + "marked"));
}

TEST(SitePaths, ReportsCodeThatItDoesNotRun) {
  const TemporaryTree tree;
  const std::string packages = "usr/lib/python3.12/site-packages/";
  tree.Write(packages + "a.pth",
             "import os; harmful()\nimport _virtualenv\n"
             "import os; enabled and __import__('_distutils_hack').add_shim();\n");
  tree.Write(packages + "sitecustomize.py", "import sys; sys.path.append('/x')\n");
  tree.Write(packages + "usercustomize.py", "print('hello')\n");
  const Strings warnings = FindSitePaths(kFiles, Installed(tree, ""), {}).warnings;
  ASSERT_EQ(warnings.size(), 2U);
  EXPECT_EQ(warnings[0],
            (tree / (packages + "a.pth")) + ", line 1: code that is not run: import os; harmful()");
  EXPECT_TRUE(warnings[1].starts_with(tree / (packages + "sitecustomize.py")));
}

// A slice that begins behind the end of sys.path is its end.
TEST(SitePaths, MovesPlacesToTheFrontTwice) {
  const TemporaryTree tree;
  const std::string packages = "usr/lib/python3.12/site-packages/";
  std::string text = "import sys; sys.__plen = len(sys.path)\n";
  for (int i = 0; i < 50; ++i) {
    const std::string name = "d" + std::to_string(i);
    tree.Write(packages + name + "/x");
    text += name + '\n';
  }
  const std::string move = "import sys; new=sys.path[sys.__plen:]; sys.path[p:p]=new\n";
  tree.Write(packages + "easy-install.pth", text + move + move);
  const Strings paths = Paths(Installed(tree, ""));
  ASSERT_EQ(paths.size(), 52U);
  EXPECT_EQ(paths[0], tree / (packages + "d0"));
  EXPECT_EQ(paths[1], tree / (packages + "d1"));
  EXPECT_EQ(paths[51], tree / "usr/lib/python3.12/site-packages");
}

TEST(PathFile, LinesEndAsTheVersionHasThem) {
  const TemporaryTree tree;
  const std::string path = tree.Write("a.pth",
                                      "a\x0b"
                                      "b\r\rc \u3000\r\n# d\n\u2028import x \n");
  EXPECT_EQ(ReadPathFile(kFiles, path, PathFileForm::kLines).value(),
            (Lines{{1, Kind::kPath,
                    "a\x0b"
                    "b"},
                   {3, Kind::kPath, "c"},
                   {5, Kind::kPath, "\u2028import x"}}));
  EXPECT_EQ(ReadPathFile(kFiles, path, PathFileForm::kUnicode).value(),
            (Lines{{1, Kind::kPath, "a"},
                   {2, Kind::kPath, "b"},
                   {4, Kind::kPath, "c"},
                   {7, Kind::kImport, "import x "}}));
}

TEST(PathFile, RefusesWhatIsNoText) {
  const TemporaryTree tree;
  const auto code = [&](std::string_view contents) {
    return ReadPathFile(kFiles, tree.Write("a.pth", contents), PathFileForm::kLines).error().code;
  };
  EXPECT_EQ(code("caf\xe9"), ErrorCode::kDamaged);
  EXPECT_EQ(code(std::string((1 << 20) + 1, '\n')), ErrorCode::kIo);
  EXPECT_FALSE(ReadPathFile(kFiles, tree.path(), PathFileForm::kLines));
}

TEST(EditableInstall, ReadsBothKinds) {
  const TemporaryTree tree;
  tree.Write("__editable___a_finder.py",
             "MAPPING = {'no': 1}\nMAPPING: dict[str, str] = {'one': '/p/one', 'two': '/p/./two',\n"
             "  'n.deep': '/q/n' '/deep', 'renamed': '/p/other', **rest, 'relative': 'relative'}\n"
             "NAMESPACES: dict[str, list[str]] = {'n': ['/q/n', '/r/n'], 'empty': []}\n");
  const EditableInstall install =
      ReadEditableInstall(kFiles, tree.path(), "__editable___a_finder").value();
  EXPECT_EQ(install.directories,
            (std::vector<EditableDirectory>{{"/p", {"one", "two"}}, {"/q", {"n"}}, {"/r", {"n"}}}));
  EXPECT_EQ(install.warnings.size(), 2U);
  tree.Write("_editable_impl_b.py",
             "from editables.redirector import RedirectingFinder as F\nF.install()\n"
             "F.map_module('b', '/src/b/__init__.py')\nF.map_module('c', '/src/c.py')\n");
  EXPECT_EQ(ReadEditableInstall(kFiles, tree.path(), "_editable_impl_b").value().directories,
            (std::vector<EditableDirectory>{{"/src", {"b", "c"}}}));
  tree.Write("__editable___c_finder.py", "MAPPING = f()\n");
  EXPECT_EQ(ReadEditableInstall(kFiles, tree.path(), "__editable___c_finder").error().code,
            ErrorCode::kDamaged);
}

TEST(EditableInstall, IsToldByItsLine) {
  EXPECT_EQ(EditableModule("import __editable___a_b_1_0_finder; __editable__.install()"),
            "__editable___a_b_1_0_finder");
  EXPECT_EQ(EditableModule("import\t_editable_impl_x"), "_editable_impl_x");
  EXPECT_EQ(EditableModule("import sys"), "");
  EXPECT_EQ(EditableModule("import __editable___x"), "");
  // Never out of the site directory.
  EXPECT_EQ(EditableModule("import __editable___/../../x_finder"), "");
}

TEST(PythonLiterals, AreReadWithoutRunning) {
  const TemporaryTree tree;
  const std::string path = tree.Write(
      "a.py",
      "if x:\n  D = {'in': 'block'}\nD = {'a': 'b' 'c', 'd': ('e', r'\\f'), 'g': h, 2: 'i', "
      "**j, 'k': f'l'}\nD.update({})\nE = None\ndel D\n");
  const auto literals = PythonLiterals::Read(kFiles, path, 1000);
  ASSERT_TRUE(literals) << literals.error().message;
  EXPECT_EQ(literals->Dict("D"), (std::vector<DictEntry>{{"a", {"bc"}}, {"d", {"e", "\\f"}}}));
  EXPECT_FALSE(literals->Dict("E"));
  EXPECT_FALSE(literals->Dict("F"));
  EXPECT_FALSE(PythonLiterals::Read(kFiles, path, 10));
  EXPECT_FALSE(PythonLiterals::Read(kFiles, tree.Write("b.py", "a\xff"), 10));
}

}  // namespace
}  // namespace coppice
