// tree-sitter's tree into the records of the compact one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace coppice {

// The records, in the memory of the Lowering that made them, until its next call.
struct LoweredTree {
  const uint8_t* records;
  uint32_t size;  // bytes
  uint32_t node_count;
  bool has_errors;
};

// Walks tree-sitter's subtrees once, from the end of the text to its start, and writes the records
// back to front, so that a subtree's size is known when its root is written. No recursion: the
// stack of open nodes and the buffer are the object's own, kept for the next tree. One thread at a
// time.
class Lowering {
 public:
  // Memory kept from one tree to the next.
  static constexpr size_t kKeptBytes = size_t{1} << 20;

  Lowering();
  ~Lowering();
  Lowering(const Lowering&) = delete;
  Lowering& operator=(const Lowering&) = delete;

  // `root` as coppice_tree_sitter_parse returns it. Linear in tree-sitter's tree. Throws
  // std::bad_alloc, and nothing else.
  LoweredTree Lower(const void* root);

 private:
  struct Frame;

  void Reserve();

  std::vector<Frame> stack_;
  std::unique_ptr<uint8_t[]> buffer_;
  size_t capacity_ = 0;
  uint8_t* out_ = nullptr;  // the first byte written, in buffer_
};

}  // namespace coppice
