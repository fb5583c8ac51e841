"""The kinds of component. A new one is a line here and files of its own; CONTRIBUTING.md says which.

    load("//core/api:kinds.bzl", "KINDS")

Whatever must know all kinds reads this list: core/api (headers, kinds.h), plugins, tests/contracts, tests/bad_components.
"""

load("//core:core.bzl", "written_file")

def _kind(name, folder, title, intro, tensors = False):
    """A kind.

    `name`: as in kKind; core/api/<name>.h and <name>.cc are its interface. `folder`: of its plugins, and the plural in
    messages. `title`, `intro`: of its chapter in plugins/CATALOGUE.md. `tensors`: its interface holds tensors.
    """
    for text in [name, folder, title, intro]:
        if "\"" in text or "\\" in text:
            fail("kind \"%s\": no quotes and no backslashes in %s" % (name, text))
    return struct(
        name = name,
        type_name = "".join([word.capitalize() for word in name.split("_")]),
        folder = folder,
        title = title,
        intro = intro,
        tensors = tensors,
    )

# In the order of a row.
KINDS = [
    _kind("dataset", "datasets", "Data sets", "Images, identities and protocols: `train.data`, `test.data`."),
    _kind("detector", "detectors", "Detectors", "Image to faces: `train.detector`, `test.detector`."),
    _kind("aligner", "aligners", "Aligners", "Face to canonical crop: `train.aligner`, `test.aligner`."),
    _kind("sampler", "samplers", "Samplers", "Which images a training batch consists of: `train.sampler`."),
    _kind(
        "augmentation",
        "augmentations",
        "Augmentations",
        "How an image varies at each visit; the steps of a row have names: `train.augmentation.<name>`.",
    ),
    _kind(
        "architecture",
        "architectures",
        "Architectures",
        "Crop to descriptor: `train.architecture`.",
        tensors = True,
    ),
    _kind(
        "loss",
        "losses",
        "Losses",
        "What training and the embedding minimise: `train.loss`, `embed.loss`.",
        tensors = True,
    ),
    _kind("miner", "miners", "Miners", "Pairs and triplets for losses: `train.miner`, `embed.miner`.", tensors = True),
    _kind(
        "optimizer",
        "optimizers",
        "Optimisers",
        "A gradient to a step of the weights: `train.optimizer`.",
        tensors = True,
    ),
    _kind(
        "schedule",
        "schedules",
        "Schedules",
        "A step to its learning rate: `train.schedule`, and of a phase `train.phases.<name>.schedule`.",
    ),
    _kind("evaluator", "evaluators", "Evaluators", "What the table shows: `test.evaluator`."),
    _kind("curator", "curators", "Curators", "One stage of building a data set: `curation.curator`."),
]

def kinds_table(name):
    """<name>.cc: the list of kinds.h. In core/api alone."""
    written_file(
        name = name,
        out = name + ".cc",
        lines = [
            "// Made of core/api/kinds.bzl.",
            "#include \"core/api/kinds.h\"",
            "namespace facet {",
            "const std::vector<KindInfo>& Kinds() {",
            "  static const std::vector<KindInfo>& kinds = *new std::vector<KindInfo>{",
        ] + [
            "      {\"%s\", \"%s\", \"%s\", \"%s\"}," % (kind.name, kind.folder, kind.title, kind.intro)
            for kind in KINDS
        ] + [
            "  };",
            "  return kinds;",
            "}",
            "}  // namespace facet",
        ],
    )
