#include "store/interpreter.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "store/path_text.h"
#include "tests/store/temporary_tree.h"

namespace coppice {
namespace {

using Strings = std::vector<std::string>;

const PosixFileSystem kFiles;

// A program that answers as an interpreter.
std::string Answer(const Strings& fields) {
  std::string script = "#!/bin/sh\nprintf 'a wrapper prints this<coppice-python>";
  for (const std::string& field : fields) script += field + "\\000";
  return script + "<coppice-python>and this'\n";
}

std::string MessageFor(const std::string& executable,
                       std::chrono::milliseconds timeout = std::chrono::seconds(30)) {
  const auto interpreter = AskInterpreter(kFiles, executable, timeout);
  return interpreter ? "no error" : interpreter.error().message;
}

// The interpreter that files tell of; fails the test if there is none.
Interpreter Computed(const std::string& executable) {
  const auto computed = ComputeInterpreter(kFiles, executable);
  EXPECT_TRUE(computed) << computed.error().message;
  if (!computed || !*computed) {
    ADD_FAILURE() << executable << " has to be run";
    return {};
  }
  return **computed;
}

bool HasToBeRun(const std::string& executable) {
  const auto computed = ComputeInterpreter(kFiles, executable);
  return computed && !*computed;
}

TEST(PathText, IsThatOfPython) {
  EXPECT_EQ(NormalPath("/a//b/./c/../d/"), "/a/b/d");
  EXPECT_EQ(NormalPath("//a/../.."), "//");
  EXPECT_EQ(NormalPath("///a"), "/a");
  EXPECT_EQ(NormalPath("../a/../../b"), "../../b");
  EXPECT_EQ(NormalPath("a/.."), ".");
  EXPECT_EQ(NormalPath(""), ".");
  EXPECT_EQ(JoinedPath("/a", "b"), "/a/b");
  EXPECT_EQ(JoinedPath("/a/", "b"), "/a/b");
  EXPECT_EQ(JoinedPath("/a", "/b"), "/b");
  EXPECT_EQ(ParentPath("/a/b"), "/a");
  EXPECT_EQ(ParentPath("/a"), "/");
  EXPECT_EQ(ParentPath("/"), "/");
  EXPECT_EQ(LastComponent("/a/b"), "b");
}

TEST(ComputeInterpreter, FindsTheLibraryAboveTheExecutable) {
  const TemporaryTree tree;
  tree.WriteProgram("opt/bin/deeper/python3.12",
                    "\x7f"
                    "ELF");
  tree.Write("opt/lib64/python3.12/os.py");
  tree.Write("opt/lib64/python3.12/lib-dynload/_x.so");
  tree.Write("opt/lib/python3.11/os.py");
  tree.Link("../opt/bin/deeper/python3.12", "elsewhere/python");
  const Interpreter python = Computed(tree / "elsewhere/python");
  EXPECT_EQ(python.executable, tree / "elsewhere/python");
  EXPECT_EQ(python.version, "3.12");
  EXPECT_EQ(python.minor, 12U);
  EXPECT_EQ(python.library, "python3.12");
  EXPECT_EQ(python.platlibdir, "lib64");
  EXPECT_EQ(python.stdlib, tree / "opt/lib64/python3.12");
  EXPECT_EQ(python.paths, (Strings{tree / "opt/lib64/python312.zip", tree / "opt/lib64/python3.12",
                                   tree / "opt/lib64/python3.12/lib-dynload"}));
  EXPECT_FALSE(python.environment);
}

TEST(ComputeInterpreter, TellsTheVersionByTheOnlyLibrary) {
  const TemporaryTree tree;
  const std::string python = tree.WriteProgram("bin/python",
                                               "\x7f"
                                               "ELF");
  EXPECT_TRUE(HasToBeRun(python));
  tree.Write("lib/python3.10/os.py");
  EXPECT_EQ(Computed(python).version, "3.10");
  tree.Write("lib/python3.9/site-packages/a.py");  // no library
  EXPECT_EQ(Computed(python).version, "3.10");
  tree.Write("lib/python3.11/os.py");
  EXPECT_TRUE(HasToBeRun(python));
  tree.Write("pyvenv.cfg", "home = " + (tree / "bin") + "\nversion_info = 3.11.4.final.0\n");
  EXPECT_EQ(Computed(python).version, "3.11.4");
}

TEST(ComputeInterpreter, LeavesWhatFilesDoNotTell) {
  const TemporaryTree tree;
  tree.Write("lib/python3.12/os.py");
  EXPECT_TRUE(HasToBeRun(tree.WriteProgram("bin/python3", "#!/bin/sh\n")));
  EXPECT_TRUE(HasToBeRun(tree.WriteProgram("bin/pypy3",
                                           "\x7f"
                                           "ELF")));
  EXPECT_TRUE(HasToBeRun(tree.WriteProgram("bin/python3.99",
                                           "\x7f"
                                           "ELF")));
  tree.Write("build/pybuilddir.txt");
  EXPECT_TRUE(HasToBeRun(tree.WriteProgram("build/python3.12",
                                           "\x7f"
                                           "ELF")));
}

TEST(ComputeInterpreter, RefusesPython2) {
  const TemporaryTree tree;
  tree.Write("lib/python2.7/os.py");
  const auto computed = ComputeInterpreter(kFiles, tree.WriteProgram("bin/python2.7",
                                                                     "\x7f"
                                                                     "ELF"));
  ASSERT_FALSE(computed);
  EXPECT_NE(computed.error().message.find("Python 3 is needed, this is Python 2.7"),
            std::string::npos);
  EXPECT_EQ(ComputeInterpreter(kFiles, tree / "none").error().code, ErrorCode::kNotFound);
}

TEST(ComputeInterpreter, ReadsTheBuiltinsOfTheBuild) {
  const TemporaryTree tree;
  const std::string python = tree.WriteProgram("bin/python3.13t",
                                               "\x7f"
                                               "ELF");
  tree.Write("lib/python3.13t/os.py");
  tree.Write("lib/python3.13/os.py");
  tree.Write("lib/python3.13t/_sysconfigdata__linux_x.py",
             "build_time_vars = {'MODBUILT_NAMES': 'of another build'}\n");
  tree.Write("lib/python3.13t/_sysconfigdata_t_linux_x.py",
             "# comment\nbuild_time_vars = {'A': 1, 'MODBUILT_NAMES': 'posix  math '\n  'time',\n"
             " 'MODSHARED_NAMES': 'math'}\n");
  const Interpreter interpreter = Computed(python);
  EXPECT_EQ(interpreter.builtins, (Strings{"_ast", "_imp", "_string", "_tokenize", "_warnings",
                                           "builtins", "gc", "marshal", "posix", "sys", "time"}));
  EXPECT_TRUE(interpreter.warnings.empty());
  EXPECT_EQ(interpreter.library, "python3.13t");
}

TEST(ComputeInterpreter, SaysWhereBuiltinsAreGuessed) {
  const TemporaryTree tree;
  const std::string python = tree.WriteProgram("bin/python3.12",
                                               "\x7f"
                                               "ELF");
  tree.Write("lib/python3.12/os.py");
  tree.Write("lib/python3.12/_sysconfigdata__broken.py", "build_time_vars = {'MODBUILT_NAMES': 3}");
  tree.Write("lib/python3.12/_sysconfigdata__x.py",
             "build_time_vars = {'MODBUILT_NAMES': [], 'MODSHARED_NAMES': ()}");
  const Interpreter interpreter = Computed(python);
  EXPECT_EQ(interpreter.warnings.size(), 1U);
  EXPECT_TRUE(std::binary_search(interpreter.builtins.begin(), interpreter.builtins.end(), "time"));
}

TEST(VirtualEnvironment, RefusesWhatIsNoText) {
  const TemporaryTree tree;
  EXPECT_FALSE(ReadVirtualEnvironment(kFiles, tree.path()).value());
  tree.Write("pyvenv.cfg", std::string(100'000, 'x'));
  EXPECT_EQ(ReadVirtualEnvironment(kFiles, tree.path()).error().code, ErrorCode::kIo);
  tree.Write("pyvenv.cfg", std::string_view("home = \0", 8));
  EXPECT_EQ(ReadVirtualEnvironment(kFiles, tree.path()).error().code, ErrorCode::kDamaged);
}

TEST(AskInterpreter, ReadsTheAnswer) {
  const TemporaryTree tree;
  tree.Write("venv/pyvenv.cfg", "home = /x\ninclude-system-site-packages = false\n");
  const std::string program = tree.WriteProgram(
      "program", Answer({"3.10.2", "pypy", tree / "venv/bin/python", "/opt/pypy", "/opt/exec",
                         "/opt/pypy/lib/pypy3.10", "sys _io", "/z.zip", "/opt/pypy/lib/pypy3.10"}));
  const Interpreter python = AskInterpreter(kFiles, program, std::chrono::seconds(30)).value();
  EXPECT_TRUE(python.was_run);
  EXPECT_EQ(python.version, "3.10.2");
  EXPECT_EQ(python.minor, 10U);
  EXPECT_EQ(python.implementation, "pypy");
  EXPECT_EQ(python.executable, tree / "venv/bin/python");
  EXPECT_EQ(python.base_prefix, "/opt/pypy");
  EXPECT_EQ(python.base_exec_prefix, "/opt/exec");
  EXPECT_EQ(python.library, "pypy3.10");
  EXPECT_EQ(python.platlibdir, "lib");
  EXPECT_EQ(python.builtins, (Strings{"_io", "sys"}));
  EXPECT_EQ(python.paths, (Strings{"/z.zip", "/opt/pypy/lib/pypy3.10"}));
  EXPECT_EQ(python.environment->prefix, tree / "venv");
}

TEST(AskInterpreter, SaysWhyAProgramIsNoInterpreter) {
  const TemporaryTree tree;
  const auto program = [&](const std::string& script) {
    return tree.WriteProgram("program", "#!/bin/sh\n" + script + "\n");
  };
  const std::string name = tree / "program";
  EXPECT_EQ(MessageFor(program("echo one >&2; echo two >&2; exit 3")),
            name + ": does not work as a Python interpreter, exit code 3: two");
  EXPECT_EQ(MessageFor(program("kill -9 $$")),
            name + ": does not work as a Python interpreter, exit code 137");
  EXPECT_EQ(MessageFor(program("echo hello")), name + ": not a Python interpreter");
  EXPECT_EQ(MessageFor(program("echo 'Unknown option: -I' >&2; exit 2")),
            name + ": too old: Python 3.4 or later is needed");
  EXPECT_EQ(MessageFor(tree.WriteProgram(
                "program", Answer({"2.7.18", "cpython", "/p", "/", "/", "/lib", "sys", "/lib"}))),
            name + ": Python 3 is needed, this is Python 2.7.18");
  EXPECT_EQ(MessageFor(program("printf '<coppice-python>3.9.0'")),
            name + ": not a Python interpreter");
  EXPECT_EQ(MessageFor(program("printf '<coppice-python>3.9.0\\000<coppice-python>'")),
            name + ": not a Python interpreter");
  EXPECT_EQ(MessageFor(program("while :; do echo y; done")), name + ": it prints without end");
  EXPECT_EQ(MessageFor(program("while :; do :; done"), std::chrono::milliseconds(20)),
            name + ": no answer in time");
  EXPECT_NE(MessageFor(tree.WriteProgram("program", "#!/no/such/shell\n")), "no error");
}

TEST(FindCommand, TakesTheFirstThatMayBeExecuted) {
  const TemporaryTree tree;
  tree.Write("first/command");
  tree.Write("second/command/is-a-directory");
  const std::string command = tree.WriteProgram("third/command", "");
  const std::string path =
      (tree / "none") + ':' + (tree / "first") + ':' + (tree / "second") + ':' + (tree / "third");
  EXPECT_EQ(FindCommand(kFiles, "command", path).value(), command);
  EXPECT_EQ(FindCommand(kFiles, "other", path).error().message, "other: no such command in PATH");
}

}  // namespace
}  // namespace coppice
