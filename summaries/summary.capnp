# One module's summary. docs/summary.md has the meaning of every table and column.
#
# A struct with a list for every column would spend more on list pointers and padding than many
# columns hold, so all columns lie in one blob, each cell as wide as its column needs.
@0xd5b0c3a1f4e87d26;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("coppice::wire");

struct Summary {
  # Four bits a column, in the order of `Column` in summaries/columns.h: bytes per cell, 0 to 4.
  # All cells of a column of width 0 are zero.
  widths0 @0 :UInt64;  # strings, blocks, symbols, scopes, traits, long
  widths1 @1 :UInt64;  # guards, imports, exports, wide

  version @2 :UInt16;     # 1
  flags @3 :UInt16;       # bit 0: has a docstring, 1: binds __all__, 2: __all__ is complete
  countWidth @4 :UInt16;  # bytes per count, 1 to 4

  # Counts: rows of each table but the blocks, in the order above, and bytes of the detail records.
  # Then the tables one after another, column by column, cells little-endian. Then the detail
  # records, the text (the strings one after another, UTF-8), and zeros until there are eight bytes
  # behind the tables.
  data @5 :Data;
}
