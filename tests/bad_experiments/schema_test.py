"""Every experiment and reference file validates; of the mistakes here each that is in one file, in one place, is refused."""
import glob
import json
import os
import sys
import tomllib

import jsonschema

# What a schema cannot see: other files and the environment, what rows say of each other, what a row lacks as a whole, what
# the component that base names would take, a whole number with a point.
BEYOND = {
    "duplicate_id", "environment_in_label", "environment_not_closed", "environment_not_set", "environment_without_braces",
    "extends_missing_file", "files_in_a_circle", "files_in_a_circle_2", "float_for_whole_number", "good", "good.reference",
    "missing_reference_file", "no_evaluator", "reference_typo", "reference_value_alone", "reference_value_as_text",
    "required_option_missing", "rows_in_a_circle", "start_in_a_circle", "unknown_parent", "unknown_start",
    "unset_of_nothing", "training/option_after_another_optimizer", "training/option_of_another_optimizer",
    "training/option_of_another_schedule", "training/step_of_no_component", "training/typo_in_unset_of_a_step",
    "training/unknown_step", "training/unset_of_a_default", "training/unset_of_an_old_option",
    "training/unset_of_an_old_table",
}


def validator(path):
    with open(path, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def main():
    schemas, experiments, mistakes = sys.argv[1:]
    experiment = validator(os.path.join(schemas, "experiment.json"))
    reference = validator(os.path.join(schemas, "reference.json"))
    failures = []

    def problems(path):
        """None: no TOML."""
        with open(path, "rb") as file:
            try:
                document = tomllib.load(file)
            except tomllib.TOMLDecodeError:
                return None
        schema = reference if path.endswith(".reference.toml") else experiment
        return ["/".join(map(str, error.absolute_path)) + ": " + error.message[:200] for error in schema.iter_errors(document)]

    good = sorted(glob.glob(experiments + "/*.toml"))
    for path in good:
        if problems(path) != []:
            failures.append(f"{path} is refused: {problems(path)}")

    refused, no_toml, accepted = 0, 0, set()
    for path in sorted(glob.glob(mistakes + "/**/*.toml", recursive=True)):
        found = problems(path)
        if found is None:
            no_toml += 1
        elif found:
            refused += 1
        else:
            accepted.add(os.path.relpath(path, mistakes).removesuffix(".toml"))
    for name in sorted(accepted - BEYOND):
        failures.append(f"{name}.toml is accepted: its mistake is one that the schema could say")
    for name in sorted(BEYOND - accepted):
        failures.append(f"{name}.toml is refused or gone: take it from the list")
    print(f"{len(good)} files validate; of the mistakes {refused} are refused, {no_toml} are no TOML, {len(accepted)} are "
          "beyond a schema")
    if len(good) < 30 or refused < 60:
        failures.append("too few files were found")
    print("\n".join(failures))
    return 1 if failures else 0


sys.exit(main())
