#include "core/app/verb_schema.h"

#include <cstdio>
#include <memory>

#include "core/base/json.h"
#include "core/config/json_schema.h"
#include "core/pipeline/experiment_layout.h"
#include "core/stages/stage_types.h"

namespace facet {

void AddSchemaVerb(Command program, VerbContext& context) {
  auto reference = std::make_shared<bool>(false);
  Command verb = program.Subcommand(
      "schema",
      "JSON Schema of experiment files with all components there are: facet schema > facet.json");
  verb.Flag("--reference", reference.get(), "of reference files instead");
  verb.OnRun([reference, &context] {
    const Json schema =
        *reference ? ReferenceSchema()
                   : ExperimentSchema(MakeExperimentLayout(AllStageTypes()), context.catalogue());
    std::fputs(DumpPretty(schema).c_str(), stdout);
    return static_cast<int>(kExitDone);
  });
}

}  // namespace facet
