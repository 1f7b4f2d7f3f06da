# What `index.json` says, as Cap'n Proto's JSON codec writes it: which packs an index is made of, from
# the lowest up, and the environment that they are searched in.
@0x892215611559e028;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("coppice::wire");

struct Manifest {
  formatVersion @0 :UInt32;  # 1
  packs @1 :List(Pack);
  target @2 :Target;
  roots @3 :List(Root);
  builtins @4 :List(Text);
  versions @5 :List(VersionRange);
  warnings @6 :List(Text);

  struct Pack {
    file @0 :Text;      # beside the manifest: a name without directories
    identity @1 :Text;  # 32 hexadecimal digits
  }

  struct Target {
    major @0 :UInt32;
    minor @1 :UInt32;
    platform @2 :Text;
    implementation @3 :Text;
    osName @4 :Text;
    typeChecking @5 :Bool;
  }

  enum Role {
    unknown @0;  # of nothing that is written
    project @1;
    extraStubs @2;
    standardLibrary @3;
    sitePackages @4;
    typeshed @5;
    typeshedStubs @6;
  }

  struct Root {
    name @0 :Text;
    directory @1 :Text;
    role @2 :Role;
    only @3 :List(Text);
    compiled @4 :List(Text);
    typed @5 :List(Text);
    partial @6 :List(Text);
    eggs @7 :List(Text);
  }

  struct VersionRange {
    module @0 :Text;
    firstMinor @1 :UInt32;
    removed @2 :Bool;      # there is a last one
    lastMinor @3 :UInt32;  # if so
  }
}
