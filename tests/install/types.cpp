// Says what type a name of a module has in an index, what it is called with, and whether another
// index may say otherwise: types BEFORE AFTER MODULE NAME.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

#include "summaries/resolution/changes/dependencies.h"
#include "summaries/resolution/changes/index_change.h"
#include "summaries/resolution/classes/signature.h"
#include "summaries/resolution/types/evaluation.h"
#include "summaries/resolution/types/type_evaluator.h"

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const auto find = [](const char* path) -> std::shared_ptr<const coppice::ModuleFinder> {
    const auto index = coppice::Index::Open(path);
    if (!index) return nullptr;
    const auto finder = coppice::ModuleFinder::Make(*index, coppice::SearchProfile::kRuntime);
    return finder ? *finder : nullptr;
  };
  const auto before = find(argv[1]);
  const auto after = find(argv[2]);
  if (!before || !after) return 1;

  coppice::Dependencies dependencies;
  coppice::NameResolver resolver(before, &dependencies);
  coppice::TypeEvaluator evaluator(resolver);
  const auto answer = dependencies.AddAnswer({coppice::DependencyKind::kCaller});
  coppice::Evaluation value;
  std::string parameters;
  {
    const coppice::Dependencies::Recording recording(&dependencies, answer);
    value = evaluator.Value({before->Find(argv[3])}, argv[4]);
    if (!value.has_definition()) return 1;
    const auto signatures = coppice::SignaturesOf(evaluator.classes(), value.definition,
                                                  coppice::MethodBinding::kUnbound);
    for (const auto& overload : signatures.overloads) {
      for (const auto& parameter : overload.parameters) parameters += " " + parameter.name;
    }
  }
  const coppice::Evaluations all = coppice::EvaluateAll(evaluator);

  const auto change = coppice::IndexChange::Make(before, after);
  if (!change) return 1;
  const auto invalidated = dependencies.Invalidated(*change);
  const bool stays = std::find(invalidated.begin(), invalidated.end(), answer) == invalidated.end();
  std::printf("%s, takes%s, %s; %u modules\n", evaluator.TextOf(value.type).c_str(),
              parameters.c_str(), stays ? "stays" : "may change", all.modules);
  return 0;
}
