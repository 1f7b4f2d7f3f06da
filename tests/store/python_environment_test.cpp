#include "store/python_environment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/store/program_fields.h"
#include "tests/store/temporary_tree.h"

namespace coppice {
namespace {

using Strings = std::vector<std::string>;

const PosixFileSystem kFiles;

// A program that answers as an interpreter whose standard library is the first of these paths.
std::string WriteInterpreter(const TemporaryTree& tree, const Strings& paths) {
  std::string script = "#!/bin/sh\nprintf '<coppice-python>3.12.1\\000cpython\\000";
  script += tree / "python";
  script += "\\000/nowhere\\000/nowhere\\000" + paths.front() + "\\000sys\\000";
  for (const std::string& path : paths) script += path + "\\000";
  return tree.WriteProgram("python", script + "<coppice-python>'\n");
}

std::string MessageFor(const std::string& executable) {
  const auto sources = FindPythonSources(kFiles, executable, "");
  return sources ? "no error" : sources.error().message;
}

// An environment whose interpreter has gone, and that is found all the same.
void WriteOrphan(const TemporaryTree& tree, const std::string& directory) {
  tree.Write(directory + "/pyvenv.cfg",
             "home = /nowhere\ninclude-system-site-packages = false\nversion = 3.12.1\n");
  tree.Write(directory + "/lib/python3.12/site-packages/a.py");
}

TEST(FindPythonSources, NamesTheDirectoriesOfTheSearchPath) {
  const TemporaryTree tree;
  for (const char* file :
       {"lib/os.py", "lib/lib-dynload/_x.so", "lib/site-packages/a.py", "local/dist-packages/b.py",
        "debian/dist-packages/c.py", "an=editable/d.py", "more/dist-packages/e.py", "python.zip"}) {
    tree.Write(file);
  }
  tree.Link("lib", "link-to-lib");
  const std::string python = WriteInterpreter(
      tree, {tree / "lib", tree / "python.zip", tree / "missing.zip", tree / "link-to-lib",
             tree / "lib/lib-dynload", tree / "lib/site-packages", tree / "local/dist-packages",
             tree / "debian/dist-packages", tree / "an=editable", tree / "lib/../lib",
             tree / "more/dist-packages"});
  const auto sources = FindPythonSources(kFiles, python, "").value();
  EXPECT_EQ(sources.executable, python);
  EXPECT_EQ(sources.version, "3.12.1");
  EXPECT_EQ(sources.roots, (std::vector<Root>{{"stdlib", tree / "lib"},
                                              {"site-packages", tree / "lib/site-packages"},
                                              {"dist-packages", tree / "local/dist-packages"},
                                              {"dist-packages-2", tree / "debian/dist-packages"},
                                              {"an_editable", tree / "an=editable"},
                                              {"dist-packages-3", tree / "more/dist-packages"}}));
  EXPECT_EQ(sources.warnings,
            Strings{(tree / "python.zip") +
                    ": not a directory; zip files and eggs are not read (interpreter)"});
}

TEST(FindPythonSources, LeavesOutDirectoriesWithoutSources) {
  const TemporaryTree tree;
  tree.Write("local/dist-packages/editable.pth");
  tree.Write("debian/dist-packages/c.pyi");
  const std::string python = WriteInterpreter(
      tree, {tree / "lib", tree / "local/dist-packages", tree / "debian/dist-packages"});
  EXPECT_EQ(FindPythonSources(kFiles, python, "").value().roots,
            (std::vector<Root>{{"dist-packages", tree / "debian/dist-packages"}}));
}

TEST(FindPythonSources, KeepsExtensionDirectoriesThatHoldSources) {
  const TemporaryTree tree;
  tree.Write("lib/os.py");
  tree.Write("lib/lib-dynload/_sysconfigdata.py");
  const std::string python = WriteInterpreter(tree, {tree / "lib", tree / "lib/lib-dynload"});
  EXPECT_EQ(
      FindPythonSources(kFiles, python, "").value().roots,
      (std::vector<Root>{{"stdlib", tree / "lib"}, {"lib-dynload", tree / "lib/lib-dynload"}}));
}

// A virtual environment's standard library lies around packages that the environment does not see.
TEST(FindPythonSources, ExcludesPackagesThatOtherRootsHaveBelowThem) {
  const TemporaryTree tree;
  for (const char* file : {"lib/os.py", "lib/site-packages/base.py", "lib/email/site-packages/d.py",
                           "venv/site-packages/own.py"}) {
    tree.Write(file);
  }
  const std::string python = WriteInterpreter(tree, {tree / "lib", tree / "venv/site-packages"});
  const auto sources = FindPythonSources(kFiles, python, "").value();
  const auto discovery =
      Discover(kFiles, sources.roots, {.excludes = sources.excludes, .elsewhere = {}}).value();
  Strings paths;
  for (const DiscoveredFile& file : discovery.files) {
    paths.push_back(discovery.roots[file.root].name + ':' + file.path);
  }
  EXPECT_EQ(paths,
            (Strings{"site-packages:own.py", "stdlib:email/site-packages/d.py", "stdlib:os.py"}));
}

TEST(FindPythonSources, IsFoundThroughThePath) {
  const TemporaryTree tree;
  tree.Write("lib/os.py");
  tree.Write("first/python");  // not executable: passed over
  const std::string python = WriteInterpreter(tree, {tree / "lib"});
  const auto sources = FindPythonSources(kFiles, "python", (tree / "first") + ':' + tree.path());
  ASSERT_TRUE(sources) << sources.error().message;
  EXPECT_EQ(sources->executable, python);
}

TEST(FindPythonSources, SaysWhatIsNoInterpreter) {
  const TemporaryTree tree;
  EXPECT_EQ(MessageFor(""), "no interpreter given");
  EXPECT_EQ(MessageFor("coppice-no-such-command"),
            "coppice-no-such-command: no such command in PATH");
  EXPECT_EQ(MessageFor(tree / "none"), (tree / "none") + ": No such file or directory");
  EXPECT_EQ(MessageFor(tree.path()), tree.path() + ": not an executable file");
  const std::string python = WriteInterpreter(tree, {"/none", "/none"});
  EXPECT_EQ(MessageFor(python), python + ": no directory in its sys.path holds sources");
}

TEST(FindEnvironment, ChoosesAnInterpreter) {
  const TemporaryTree tree;
  WriteOrphan(tree, "active");
  WriteOrphan(tree, "project/.venv");
  const std::vector<Root> project = {{"none", tree / "none"}, {"p", tree / "project"}};
  ProcessVariables variables;
  variables.path = tree / "bin";
  const auto chosen = [&](const PythonChoice& choice) {
    const auto found = FindEnvironment(kFiles, choice, project, "", variables);
    return found ? found->executable : found.error().message;
  };
  EXPECT_EQ(chosen({}), tree / "project/.venv/bin/python");
  variables.virtual_env = tree / "gone";
  EXPECT_EQ(chosen({}), tree / "project/.venv/bin/python");
  variables.virtual_env = tree / "active";
  EXPECT_EQ(chosen({}), tree / "active/bin/python");
  EXPECT_EQ(chosen({"", tree / "project/.venv"}), tree / "project/.venv/bin/python");
  EXPECT_EQ(chosen({"", tree / "project"}),
            (tree / "project") + ": no virtual environment: pyvenv.cfg is not there");
  EXPECT_EQ(chosen({"", tree / "none"}), (tree / "none") + ": no such directory");
  EXPECT_EQ(chosen({"x", "y"}), "an interpreter and a virtual environment exclude each other");
  EXPECT_EQ(chosen({"coppice-no-such-command", ""}),
            "coppice-no-such-command: no such command in PATH");
  EXPECT_EQ(chosen({tree / "none", ""}), (tree / "none") + ": No such file or directory");
  EXPECT_EQ(chosen({tree.path(), ""}), tree.path() + ": not an executable file");
}

TEST(FindEnvironment, RunsNothingOfAProjectUnasked) {
  const TemporaryTree tree;
  tree.Write("project/.venv/pyvenv.cfg", "home = /nowhere\n");
  const std::string python =
      tree.WriteProgram("project/.venv/bin/python", "#!/bin/sh\ntouch '" + (tree / "ran") + "'\n");
  const std::vector<Root> project = {{"p", tree / "project"}};
  const auto found = FindEnvironment(kFiles, {}, project, "", {});
  ASSERT_FALSE(found);
  EXPECT_TRUE(found.error().message.starts_with(python + ": would have to be run"));
  EXPECT_FALSE(std::filesystem::exists(tree / "ran"));
  EXPECT_FALSE(FindEnvironment(kFiles, {"", tree / "project/.venv"}, project, "", {}));
  EXPECT_TRUE(std::filesystem::exists(tree / "ran"));
}

TEST(FindEnvironment, PutsTheProjectFirstAndTypeshedLast) {
  const TemporaryTree tree;
  WriteOrphan(tree, "venv");
  const std::string packages = "venv/lib/python3.12/site-packages/";
  tree.Write(packages + "mypy/typeshed/stdlib/builtins.pyi");
  tree.Write(packages + "mypy/typeshed/stdlib/VERSIONS", "builtins: 3.0-\n");
  tree.Write(packages + "mypy/typeshed/stubs/six/six.pyi");
  // The project is installed as editable: it stays the project.
  tree.Write(packages + "project.pth", (tree / "project/src") + '\n');
  tree.Write(packages + "__editable___x_finder.py", "MAPPING = {'b': '" + (tree / "hooked/b") +
                                                        "', 'a': '" + (tree / "hooked/a") + "'}\n");
  tree.Write(packages + "x.pth", "import __editable___x_finder\n");
  tree.Write("hooked/a.py");
  tree.Write("project/src/package/__init__.py");
  tree.Write("project/pyproject.toml");
  const auto found =
      FindEnvironment(kFiles, {"", tree / "venv"}, {{"stdlib", tree / "project"}}, "", {}).value();
  Strings names;
  for (const SearchRoot& root : found.environment.roots) names.push_back(root.name);
  EXPECT_EQ(names,
            (Strings{"src", "stdlib", "site-packages", "hooked", "typeshed", "typeshed-six"}));
  const std::vector<SearchRoot>& roots = found.environment.roots;
  EXPECT_EQ(roots[0].role, RootRole::kProject);
  EXPECT_EQ(roots[2].role, RootRole::kSitePackages);
  EXPECT_EQ(roots[3].only, (Strings{"a", "b"}));
  EXPECT_EQ(roots[4].role, RootRole::kTypeshed);
  EXPECT_EQ(roots[5].role, RootRole::kTypeshedStubs);
  EXPECT_EQ(found.environment.target.minor, 12U);
  EXPECT_EQ(found.environment.versions.size(), 1U);
  EXPECT_EQ(found.typeshed, tree / (packages + "mypy/typeshed"));
  EXPECT_EQ(FindEnvironment(kFiles, {"", tree / "venv"}, {}, tree / "project", {}).error().code,
            ErrorCode::kNotFound);
}

TEST(FindEnvironment, AgreesWithARealInterpreter) {
  const auto found = FindEnvironment(kFiles, {COPPICE_PYTHON, ""}, {}, "", {});
  ASSERT_TRUE(found) << found.error().message;
  const Strings facts = ProgramFields(
      std::string("'") + COPPICE_PYTHON +
      "' -I -c 'import os, sys, platform\nfor f in [platform.python_version(), "
      "os.path.realpath(os.path.dirname(os.__file__))] + [os.path.realpath(p) for p in sys.path "
      "if os.path.isdir(p)]: print(f, end=chr(0))'");
  ASSERT_GT(facts.size(), 2U);
  EXPECT_TRUE(facts[0].starts_with(found->version));
  EXPECT_EQ(found->environment.roots.at(0).name, "stdlib");
  EXPECT_EQ(found->environment.roots.at(0).directory, facts[1]);
  Strings directories;
  for (const SearchRoot& root : found->environment.roots) {
    const bool python =
        root.role == RootRole::kStandardLibrary || root.role == RootRole::kSitePackages;
    if (python) directories.push_back(root.directory);
  }
  EXPECT_EQ(directories, Strings(facts.begin() + 2, facts.end()));
}

}  // namespace
}  // namespace coppice
