#include "summaries/resolution/names/known_names.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace coppice {
namespace {

struct Entry {
  std::string_view module;
  std::string_view name;
  KnownName known;
};

constexpr Entry kEntries[] = {
    {"builtins", "object", KnownName::kObject},
    {"builtins", "type", KnownName::kType},
    {"builtins", "tuple", KnownName::kTuple},
    {"builtins", "property", KnownName::kProperty},
    {"builtins", "classmethod", KnownName::kClassMethod},
    {"builtins", "staticmethod", KnownName::kStaticMethod},
    {"abc", "abstractproperty", KnownName::kProperty},
    {"abc", "abstractclassmethod", KnownName::kClassMethod},
    {"abc", "abstractstaticmethod", KnownName::kStaticMethod},
    {"abc", "abstractmethod", KnownName::kTransparent},
    {"functools", "cached_property", KnownName::kCachedProperty},
    {"functools", "lru_cache", KnownName::kTransparent},
    {"functools", "cache", KnownName::kTransparent},
    {"functools", "singledispatch", KnownName::kTransparent},
    {"functools", "total_ordering", KnownName::kTotalOrdering},
    {"enum", "unique", KnownName::kTransparent},
    {"contextlib", "contextmanager", KnownName::kContextManager},
    {"contextlib", "asynccontextmanager", KnownName::kContextManager},
    {"types", "coroutine", KnownName::kTransparent},
    {"types", "DynamicClassAttribute", KnownName::kProperty},
    {"warnings", "deprecated", KnownName::kTransparent},
    {"enum", "Enum", KnownName::kEnum},
    {"enum", "EnumType", KnownName::kEnumMetaclass},
    {"enum", "EnumMeta", KnownName::kEnumMetaclass},
    {"enum", "property", KnownName::kProperty},
    {"enum", "member", KnownName::kEnumMember},
    {"enum", "nonmember", KnownName::kEnumNonmember},
    {"enum", "auto", KnownName::kEnumAuto},
    {"enum", "_simple_enum", KnownName::kSimpleEnum},
    {"collections", "namedtuple", KnownName::kNamedTupleFunction},
    {"dataclasses", "dataclass", KnownName::kDataclass},
    {"dataclasses", "field", KnownName::kDataclassField},
    {"dataclasses", "KW_ONLY", KnownName::kKeywordOnlyMark},
    {"dataclasses", "InitVar", KnownName::kInitVar},
    {"attr", "s", KnownName::kAttrs},
    {"attr", "attrs", KnownName::kAttrs},
    {"attr", "attributes", KnownName::kAttrs},
    {"attr", "dataclass", KnownName::kAttrsDataclass},
    {"attr", "define", KnownName::kAttrsDefine},
    {"attr", "frozen", KnownName::kAttrsFrozen},
    {"attr", "mutable", KnownName::kAttrsDefine},
    {"attrs", "define", KnownName::kAttrsDefine},
    {"attrs", "frozen", KnownName::kAttrsFrozen},
    {"attrs", "mutable", KnownName::kAttrsDefine},
    {"attr", "ib", KnownName::kAttrsField},
    {"attr", "attr", KnownName::kAttrsField},
    {"attr", "attrib", KnownName::kAttrsField},
    {"attr", "field", KnownName::kAttrsField},
    {"attrs", "field", KnownName::kAttrsField},
    {"_typeshed", "NamedTupleFallback", KnownName::kNamedTuple},
};

// In typing, typing_extensions, and for some of them typing's own helpers.
constexpr std::pair<std::string_view, KnownName> kTyping[] = {
    {"Generic", KnownName::kGeneric},
    {"Protocol", KnownName::kProtocol},
    {"NamedTuple", KnownName::kNamedTuple},
    {"TypedDict", KnownName::kTypedDict},
    {"_TypedDict", KnownName::kTypedDictFallback},
    {"dataclass_transform", KnownName::kDataclassTransform},
    {"ClassVar", KnownName::kClassVar},
    {"Final", KnownName::kFinal},
    {"Required", KnownName::kRequired},
    {"NotRequired", KnownName::kNotRequired},
    {"ReadOnly", KnownName::kReadOnly},
    {"Annotated", KnownName::kAnnotated},
    {"overload", KnownName::kOverload},
    {"final", KnownName::kTransparent},
    {"override", KnownName::kTransparent},
    {"no_type_check", KnownName::kTransparent},
    {"runtime_checkable", KnownName::kTransparent},
    {"deprecated", KnownName::kTransparent},
    {"type_check_only", KnownName::kTransparent},
    {"Any", KnownName::kAny},
    {"Never", KnownName::kNever},
    {"NoReturn", KnownName::kNever},
    {"Self", KnownName::kSelf},
    {"Optional", KnownName::kOptional},
    {"Union", KnownName::kUnion},
    {"Literal", KnownName::kLiteral},
    {"LiteralString", KnownName::kLiteralString},
    {"Callable", KnownName::kCallable},
    {"Tuple", KnownName::kTuple},
    {"TypeGuard", KnownName::kTypeGuard},
    {"TypeIs", KnownName::kTypeGuard},
    {"Unpack", KnownName::kUnpack},
    {"Concatenate", KnownName::kConcatenate},
    {"TypeAlias", KnownName::kTypeAliasMark},
    {"TypeVar", KnownName::kTypeVariable},
    {"ParamSpec", KnownName::kTypeVariable},
    {"TypeVarTuple", KnownName::kTypeVariable},
    {"NewType", KnownName::kNewType},
    {"cast", KnownName::kCast},
};

// typing's names for classes that lie elsewhere: made by calls in its source.
constexpr std::pair<std::string_view, std::string_view> kAliases[] = {
    {"List", "builtins.list"},
    {"Dict", "builtins.dict"},
    {"Set", "builtins.set"},
    {"FrozenSet", "builtins.frozenset"},
    {"Type", "builtins.type"},
    {"DefaultDict", "collections.defaultdict"},
    {"OrderedDict", "collections.OrderedDict"},
    {"Counter", "collections.Counter"},
    {"ChainMap", "collections.ChainMap"},
    {"Deque", "collections.deque"},
    {"Pattern", "re.Pattern"},
    {"Match", "re.Match"},
    {"ContextManager", "contextlib.AbstractContextManager"},
    {"AsyncContextManager", "contextlib.AbstractAsyncContextManager"},
    {"AbstractSet", "collections.abc.Set"},
    {"Hashable", "collections.abc.Hashable"},
    {"Sized", "collections.abc.Sized"},
    {"Container", "collections.abc.Container"},
    {"Collection", "collections.abc.Collection"},
    {"Iterable", "collections.abc.Iterable"},
    {"Iterator", "collections.abc.Iterator"},
    {"Reversible", "collections.abc.Reversible"},
    {"Generator", "collections.abc.Generator"},
    {"Sequence", "collections.abc.Sequence"},
    {"MutableSequence", "collections.abc.MutableSequence"},
    {"ByteString", "collections.abc.ByteString"},
    {"MutableSet", "collections.abc.MutableSet"},
    {"Mapping", "collections.abc.Mapping"},
    {"MutableMapping", "collections.abc.MutableMapping"},
    {"MappingView", "collections.abc.MappingView"},
    {"KeysView", "collections.abc.KeysView"},
    {"ItemsView", "collections.abc.ItemsView"},
    {"ValuesView", "collections.abc.ValuesView"},
    {"Awaitable", "collections.abc.Awaitable"},
    {"Coroutine", "collections.abc.Coroutine"},
    {"AsyncIterable", "collections.abc.AsyncIterable"},
    {"AsyncIterator", "collections.abc.AsyncIterator"},
    {"AsyncGenerator", "collections.abc.AsyncGenerator"},
};

constexpr std::string_view kTypingModules[] = {"typing", "typing_extensions"};

}  // namespace

KnownNames::KnownNames(NameResolver& resolver)
    : resolver_(resolver), dependencies_(resolver.dependencies()) {
  const Dependencies::Recording recording(dependencies_, {DependencyKind::kKnownNames});
  if (dependencies_ != nullptr) node_ = dependencies_->current();
  const ModuleFinder& finder = resolver.finder();
  const auto find = [&](std::string_view name) {
    if (dependencies_ != nullptr) {
      dependencies_->Read({DependencyKind::kLookup, kNoModule, 0, name});
    }
    return finder.Find(name);
  };
  for (const Entry& entry : kEntries) {
    const ModuleRef module = find(entry.module);
    if (module == kNoModule) continue;
    for (const Definition& definition : resolver.Resolve(module, entry.name).definitions) {
      names_.try_emplace(definition, entry.known);
    }
  }
  // Some are aliases of what is known without them (`List = list`), or of what they are made with:
  // only what these modules define is special.
  std::array<ModuleRef, std::size(kTypingModules)> modules;
  std::ranges::transform(kTypingModules, modules.begin(), find);
  const auto each_own = [&](std::string_view name, const auto& use) {
    for (const ModuleRef module : modules) {
      if (module == kNoModule) continue;
      for (const Definition& definition : resolver.Resolve(module, name).definitions) {
        if (!definition.is_module() &&
            std::ranges::find(modules, definition.module) != modules.end()) {
          use(definition);
        }
      }
    }
  };
  for (const auto& entry : kTyping) {
    each_own(entry.first,
             [&](Definition definition) { names_.try_emplace(definition, entry.second); });
  }
  if (const ModuleRef abc = find("collections.abc"); abc != kNoModule) {
    for (const Definition& definition : resolver.Resolve(abc, "Callable").definitions) {
      names_.try_emplace(definition, KnownName::kCallable);
    }
  }
  for (const auto& [name, target] : kAliases) {
    const Answer answer = resolver.Resolve(target);
    if (answer.definitions.empty()) continue;
    const Definition meant = answer.definitions[0];
    each_own(name, [&](Definition definition) {
      if (definition != meant) aliases_.try_emplace(definition, meant);
    });
  }
}

std::optional<Definition> KnownNames::Builtin(std::string_view name) const {
  const ModuleRef builtins = resolver_.finder().Find("builtins");
  if (builtins == kNoModule) return std::nullopt;
  const Answer answer = resolver_.Resolve(builtins, name);
  if (answer.definitions.empty()) return std::nullopt;
  return answer.definitions[0];
}

}  // namespace coppice
