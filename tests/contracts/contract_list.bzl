"""`contract_list(name, kinds)`: <name>.cc, the KindChecks() of contract_checks.h over `kinds` (core/api/kinds.bzl)."""

load("//core:core.bzl", "written_file")

def contract_list(name, kinds):
    written_file(
        name = name,
        out = name + ".cc",
        lines = [
            "#include \"tests/contracts/contract_checks.h\"",
            "namespace facet {",
        ] + ["void Check%s(Contract& contract);" % kind.type_name for kind in kinds] + [
            "std::map<std::string, KindCheck> KindChecks() {",
            "  return {",
        ] + ["      {\"%s\", &Check%s}," % (kind.name, kind.type_name) for kind in kinds] + [
            "  };",
            "}",
            "}  // namespace facet",
        ],
    )
