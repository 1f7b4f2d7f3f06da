// The walk over a syntax tree that collects a module's summary: docs/summary.md has the rules.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parser/subtree_scan.h"
#include "parser/syntax_tree.h"
#include "summaries/dunder_all.h"
#include "summaries/expression_text.h"
#include "summaries/name_mention.h"
#include "summaries/string_table.h"
#include "summaries/summary_draft.h"

namespace coppice {

// The names that a module mentions, each once.
class MentionCollector {
 public:
  void Clear();
  // `name` is normalised and lives until Clear.
  void Mention(std::string_view name);
  void Define(std::string_view name);
  std::span<const NameMention> mentions() const { return mentions_; }

 private:
  StringTable ids_;
  std::vector<NameMention> mentions_;
};

// Statements are walked by recursion, to a bounded depth; expressions, which nest deeper, are not.
class SummaryWalker {
 public:
  // Replaces what a former walk left in the members below. `tree` must live as long as they are
  // used.
  void Walk(const SyntaxTree& tree);

  SummaryDraft draft;
  MentionCollector names;
  // The module's docstring if it has one, then those of symbols by their doc number.
  std::vector<std::string_view> docs;

 private:
  // Nesting of statements beyond which they are searched for nothing but names. CPython compiles
  // 100 levels of indentation at most.
  static constexpr uint32_t kMaxStatementDepth = 200;

  // What an identifier is bound in.
  struct Scope {
    enum class Kind : uint8_t { kModule, kClass, kFunction };
    Kind kind;
    bool visible;                      // what is bound here are symbols
    bool in_function;                  // it is one, or lies in one
    uint32_t number;                   // for counting bindings
    uint32_t class_depth = 0;          // classes around what is bound here
    uint32_t symbol = kNoRow;          // the class or function, if it is one
    std::string_view class_name = {};  // of the innermost class, as written, for mangling
    // First parameter of the method around, through which attributes are bound; empty: none.
    std::string_view receiver = {};
    uint32_t receiver_class = kNoRow;
    SymbolKind receiver_kind = SymbolKind::kAttribute;
    bool yields = false;
    boost::unordered_flat_set<std::string_view, TextHash> globals = {};  // declared here
    struct ImportedName {
      uint32_t offset;      // of the name
      uint32_t end_offset;  // of the statement
      uint32_t guard;
    };
    // Here, in a class or function. Equal names stay in the order of the text.
    std::multimap<std::string_view, ImportedName> imported = {};
  };

  // A condition around statements. Made before it is known whether anything is bound under it.
  struct GuardFrame {
    const GuardFrame* outer;
    uint32_t depth;
    GuardKind kind;
    uint32_t branch;
    Node parent;  // holds the test's text
    uint32_t begin;
    uint32_t end;
    mutable uint32_t row = 0;  // + 1, once it is used
  };

  // Where a statement or expression stands.
  struct Where {
    Scope* scope;
    const GuardFrame* guard;
    uint32_t depth;
  };

  // How names in an expression are bound.
  enum class Scanning : uint8_t {
    kPlain,
    kHeader,   // `as` targets, under a guard of their own
    kPattern,  // of a case: captures
    kNames,    // nothing is bound
  };

  // What is known of a binding beyond its name.
  struct Binding {
    uint32_t end_offset = 0;  // 0: the name's own
    ValueForm form = ValueForm::kOpaque;
    uint32_t value = kNoRow;       // string
    uint32_t annotation = kNoRow;  // string
    SymbolFlags flags = {};        // by the annotation
    bool follows_all = false;      // if it binds `__all__`: its value is followed
    bool attributes_only = false;  // names are not bound: targets of comprehensions
  };

  // What the names of an import statement share.
  struct ImportedFrom {
    bool is_from;
    uint32_t module;  // string, if is_from
    uint32_t level;
    uint32_t end_offset;  // of the statement
  };

  struct Definition;

  // summary_statements.cpp
  uint32_t Suite(const Node& block, const Where& where);
  uint32_t Statement(const Node& node, const Where& where);
  uint32_t If(const Node& node, const Where& where);
  uint32_t Loop(const Node& node, const Where& where);
  uint32_t Try(const Node& node, const Where& where);
  uint32_t Except(const Node& node, const Where& where, uint32_t branch);
  uint32_t With(const Node& node, const Where& where);
  uint32_t Match(const Node& node, const Where& where);
  uint32_t Case(const Node& node, const Where& where, const GuardFrame* guard);
  uint32_t ClauseBody(const Node& clause, const Where& where);
  void Import(const Node& node, const Where& where);
  void ImportName(const Node& node, const Node& name, const Where& where, const ImportedFrom& from);
  void Global(const Node& node, const Where& where);
  void Delete(const Node& node, const Where& where);
  const GuardFrame* Under(const Where& where, GuardKind kind, uint32_t branch, const Node& parent,
                          uint32_t begin, uint32_t end);

  // summary_bindings.cpp
  uint32_t GuardRow(const GuardFrame* frame);
  std::string_view Name(const Node& identifier);
  std::string_view Name(std::string_view text);
  std::string_view Mangled(std::string_view name, const Scope& scope);
  uint32_t Text(const Node& node, size_t limit);
  uint32_t Text(const Node& parent, uint32_t begin, uint32_t end, size_t limit);
  static uint32_t LastOffset(uint32_t end, uint32_t start);
  void ExpressionStatement(const Node& node, const Where& where);
  void Assignment(const Node& node, const Where& where);
  void AugmentedAssignment(const Node& node, const Where& where);
  void TypeAlias(const Node& node, const Where& where);
  void LoseAll(const Where& where);
  void Annotate(const Node& type, Binding& binding);
  void Targets(const Node& root, const Where& where, const Binding& binding);
  void BindName(const Node& identifier, const Where& where, const Binding& binding);
  void BindAttribute(const Node& attribute, const Where& where, const Binding& binding);
  uint32_t BindGlobal(std::string_view name, uint32_t offset, uint32_t end_offset, uint32_t guard,
                      const Binding& binding);
  uint32_t BindOpaquely(const Node& identifier, std::string_view name, const Where& where,
                        uint32_t end_offset);
  bool IsGlobal(std::string_view name, const Scope& scope) const;
  void AppendValueDetail(const Binding& binding);
  uint32_t AddBinding(DraftSymbol symbol, std::string_view name, const Binding& binding);
  bool MentionNames(const Node& root, const Where& where, Scanning scanning);
  void Scan(const Node& root, const Where& where, Scanning scanning = Scanning::kPlain,
            const GuardFrame* inner = nullptr);
  void ScanChildren(const Node& node, const Where& where, Scanning scanning = Scanning::kPlain,
                    const GuardFrame* inner = nullptr);
  bool ScanOne(const Node& node, const Where& where, Scanning scanning, const GuardFrame* inner,
               bool in_lambda);
  void Capture(const Node& node, const Where& where);

  // summary_definitions.cpp
  uint32_t Decorated(const Node& node, const Where& where);
  Definition Define(const Node& node, const Where& where, SymbolKind kind,
                    std::span<const Node> decorators);
  uint32_t Function(const Node& node, const Where& where, std::span<const Node> decorators);
  uint32_t Class(const Node& node, const Where& where, std::span<const Node> decorators);
  void DecoratorFlags(std::span<const Node> decorators, SymbolKind kind, SymbolFlags& flags);
  void Parameters(const Node& parameters, const Where& where, Definition& definition);
  void Parameter(const Node& node, const Where& where, Definition& definition);
  void Receive(const Definition& definition, const Where& where, Scope& scope);
  void Bases(const Node& arguments, Definition& definition);
  void AppendTexts(const std::vector<uint32_t>& texts);
  void FunctionDetail(const Definition& definition);
  void ClassDetail(const Definition& definition);
  uint32_t AddDefinition(const Node& name, std::string_view mangled, const Where& where,
                         SymbolKind kind);
  bool Docstring(const Node& body);
  void TypeParameters(const Node& node, std::vector<uint32_t>& texts);
  void EndAt(uint32_t id, uint32_t end);

  std::string_view source_;
  bool ascii_ = false;  // all of it
  ExpressionText text_;
  DunderAll all_;
  SubtreeScan scan_;
  std::deque<GuardFrame> frames_;
  std::vector<Node> stack_;       // ancestors, of the scans that are under way
  std::vector<Node> decorators_;  // of the definitions that are under way
  std::string buffer_;
  std::string doc_;
};

}  // namespace coppice
