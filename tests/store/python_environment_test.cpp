#include "store/python_environment.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/store/program_fields.h"
#include "tests/store/temporary_tree.h"

namespace coppice {
namespace {

using Strings = std::vector<std::string>;

// A program that answers as an interpreter with this version, standard library and sys.path.
std::string Answer(const std::string& version, const Strings& paths) {
  std::string script = "#!/bin/sh\nprintf 'a site hook prints this<coppice-python>" + version;
  for (const std::string& path : paths) script += "\\000" + path;
  return script + "\\000<coppice-python>and this'\n";
}

std::string MessageFor(const std::string& executable,
                       std::chrono::milliseconds timeout = std::chrono::seconds(30)) {
  const auto environment = InspectPython(PosixFileSystem(), executable, timeout);
  return environment ? "no error" : environment.error().message;
}

TEST(PythonEnvironment, NamesTheDirectoriesOfTheSearchPath) {
  const TemporaryTree tree;
  for (const char* directory :
       {"lib/os.py", "lib/lib-dynload/_x.so", "lib/site-packages/a.py", "local/dist-packages/b.py",
        "debian/dist-packages/c.py", "an=editable/d.py", "python.zip"}) {
    tree.Write(directory);
  }
  tree.Link("lib", "link-to-lib");
  const std::string python = tree.WriteProgram(
      "python",
      Answer("3.12.1",
             {tree / "link-to-lib", tree / "python.zip", tree / "missing.zip", tree / "lib",
              tree / "lib/lib-dynload", tree / "lib/site-packages", tree / "local/dist-packages",
              tree / "debian/dist-packages", tree / "an=editable", tree / "lib/../lib"}));
  const auto environment = InspectPython(PosixFileSystem(), python).value();
  EXPECT_EQ(environment.executable, python);
  EXPECT_EQ(environment.version, "3.12.1");
  EXPECT_EQ(environment.roots,
            (std::vector<Root>{{"stdlib", tree / "lib"},
                               {"site-packages", tree / "lib/site-packages"},
                               {"dist-packages", tree / "local/dist-packages"},
                               {"dist-packages-2", tree / "debian/dist-packages"},
                               {"an_editable", tree / "an=editable"}}));
  EXPECT_EQ(environment.warnings,
            Strings{(tree / "python.zip") + ": not a directory; zip files are not indexed"});
}

TEST(PythonEnvironment, LeavesOutDirectoriesWithoutSources) {
  const TemporaryTree tree;
  tree.Write("local/dist-packages/editable.pth");
  tree.Write("debian/dist-packages/c.pyi");
  const std::string python =
      tree.WriteProgram("python", Answer("3.12.1", {tree / "lib", tree / "local/dist-packages",
                                                    tree / "debian/dist-packages"}));
  EXPECT_EQ(InspectPython(PosixFileSystem(), python).value().roots,
            (std::vector<Root>{{"dist-packages", tree / "debian/dist-packages"}}));
}

// A virtual environment's standard library lies around packages that the environment does not see.
TEST(PythonEnvironment, ExcludesPackagesThatOtherRootsHaveBelowThem) {
  const TemporaryTree tree;
  for (const char* file : {"lib/os.py", "lib/site-packages/base.py", "lib/email/site-packages/d.py",
                           "venv/site-packages/own.py"}) {
    tree.Write(file);
  }
  const std::string python = tree.WriteProgram(
      "python", Answer("3.12.1", {tree / "lib", tree / "lib", tree / "venv/site-packages"}));
  const auto environment = InspectPython(PosixFileSystem(), python).value();
  const auto discovery =
      Discover(PosixFileSystem(), environment.roots, {.excludes = environment.excludes}).value();
  Strings paths;
  for (const DiscoveredFile& file : discovery.files) {
    paths.push_back(discovery.roots[file.root].name + ':' + file.path);
  }
  EXPECT_EQ(paths,
            (Strings{"site-packages:own.py", "stdlib:email/site-packages/d.py", "stdlib:os.py"}));
}

TEST(PythonEnvironment, KeepsExtensionDirectoriesThatHoldSources) {
  const TemporaryTree tree;
  tree.Write("lib/os.py");
  tree.Write("lib/lib-dynload/_sysconfigdata.py");
  const std::string python = tree.WriteProgram(
      "python", Answer("3.12.1", {tree / "lib", tree / "lib", tree / "lib/lib-dynload"}));
  const auto environment = InspectPython(PosixFileSystem(), python).value();
  EXPECT_EQ(environment.roots, (std::vector<Root>{{"stdlib", tree / "lib"},
                                                  {"lib-dynload", tree / "lib/lib-dynload"}}));
}

TEST(PythonEnvironment, IsFoundThroughPath) {
  const TemporaryTree tree;
  tree.Write("lib/os.py");
  tree.Write("first/coppice-test-python");  // not executable: passed over
  const std::string python = tree.WriteProgram("second/coppice-test-python",
                                               Answer("3.9.0", {tree / "lib", tree / "lib"}));
  const std::string old_path = std::getenv("PATH");
  setenv("PATH", ((tree / "first") + ':' + (tree / "second") + ':' + old_path).c_str(), 1);
  const auto environment = InspectPython(PosixFileSystem(), "coppice-test-python");
  setenv("PATH", old_path.c_str(), 1);
  ASSERT_TRUE(environment) << environment.error().message;
  EXPECT_EQ(environment->executable, python);
}

TEST(PythonEnvironment, SaysWhyAProgramIsNoInterpreter) {
  const TemporaryTree tree;
  const auto program = [&](const std::string& script) {
    return tree.WriteProgram("program", "#!/bin/sh\n" + script + "\n");
  };
  const std::string name = tree / "program";
  EXPECT_EQ(MessageFor("coppice-no-such-command"),
            "coppice-no-such-command: no such command in PATH");
  EXPECT_EQ(MessageFor(tree / "none"), (tree / "none") + ": No such file or directory");
  EXPECT_EQ(MessageFor(tree.path()), tree.path() + ": not an executable file");
  EXPECT_EQ(MessageFor(""), "no interpreter given");
  EXPECT_EQ(MessageFor(program("echo one >&2; echo two >&2; exit 3")),
            name + ": does not work as a Python interpreter, exit code 3: two");
  EXPECT_EQ(MessageFor(program("kill -9 $$")),
            name + ": does not work as a Python interpreter, exit code 137");
  EXPECT_EQ(MessageFor(program("echo hello")), name + ": not a Python interpreter");
  EXPECT_EQ(MessageFor(program("echo 'Unknown option: -I' >&2; exit 2")),
            name + ": too old: Python 3.4 or later is needed");
  EXPECT_EQ(MessageFor(tree.WriteProgram("program", Answer("2.7.18", {"/", "/"}))),
            name + ": Python 3 is needed, this is Python 2.7.18");
  EXPECT_EQ(MessageFor(tree.WriteProgram("program", Answer("3.9.0", {"/none", "/none"}))),
            name + ": no directory in its sys.path holds sources");
  EXPECT_EQ(MessageFor(program("printf '<coppice-python>3.9.0'")),
            name + ": not a Python interpreter");
  EXPECT_EQ(MessageFor(program("while :; do echo y; done")), name + ": it prints without end");
  EXPECT_EQ(MessageFor(program("while :; do :; done"), std::chrono::milliseconds(20)),
            name + ": no answer in time");
  EXPECT_NE(MessageFor(tree.WriteProgram("program", "#!/no/such/shell\n")), "no error");
}

TEST(PythonEnvironment, AgreesWithARealInterpreter) {
  const auto environment = InspectPython(PosixFileSystem(), COPPICE_PYTHON);
  ASSERT_TRUE(environment) << environment.error().message;
  const Strings facts = ProgramFields(
      std::string("'") + COPPICE_PYTHON +
      "' -I -c 'import os, sys, platform\nfor f in [platform.python_version(), "
      "os.path.realpath(os.path.dirname(os.__file__))] + [os.path.realpath(p) for p in sys.path "
      "if os.path.isdir(p)]: print(f, end=chr(0))'");
  ASSERT_GT(facts.size(), 2U);
  EXPECT_TRUE(facts[0].starts_with(environment->version));
  EXPECT_EQ(environment->roots.at(0), (Root{"stdlib", facts[1]}));
  for (std::size_t i = 2; i < facts.size(); ++i) {
    if (std::filesystem::path(facts[i]).filename() == "lib-dynload") continue;
    EXPECT_TRUE(std::any_of(environment->roots.begin(), environment->roots.end(),
                            [&](const Root& root) { return root.directory == facts[i]; }))
        << facts[i];
  }
}

}  // namespace
}  // namespace coppice
