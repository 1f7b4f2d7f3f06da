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
  widths0 @0 :UInt64;  # strings, symbols, scopes, traits, guards
  widths1 @1 :UInt64;  # imports, exports, wide

  # Rows of each table.
  strings @2 :UInt32;
  symbols @3 :UInt32;
  scopes @4 :UInt32;
  traits @5 :UInt32;
  guards @6 :UInt32;
  imports @7 :UInt32;
  exports @8 :UInt32;
  wide @9 :UInt32;

  flags @10 :UInt16;    # bit 0: has a docstring, 1: assigns __all__, 2: __all__ is complete
  version @11 :UInt16;  # 1

  # Tables one after another in the order of the counts above, each column by column, cells
  # little-endian; then the detail records; then four zero bytes, so that a cell can be read as
  # four bytes wherever it lies.
  cells @12 :Data;

  # The strings one after another: UTF-8.
  text @13 :Data;
}
