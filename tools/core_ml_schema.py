#!/usr/bin/env python3
"""Writes and checks the protobuf schemas of Core ML and ONNX that QuantSweep compiles.

The schemas under pipeline-core/src/main/protobuf/ are text made from the descriptors that the
Python packages below carry, so every name, number and type is the publisher's own. Layout, Java
options and comments are ours. To take over a later format version, raise the pins below and in
WHEELS, write, check, and read the diff.

    python3 -m venv .venv
    .venv/bin/pip install coremltools==9.0 onnx==1.23.2 grpcio-tools==1.85.1
    .venv/bin/python tools/core_ml_schema.py
    .venv/bin/python tools/core_ml_schema.py --check [MODEL ...]

The first writes the files. `--check` compiles our files with protoc and compares every message,
enum, field (name, number, type, label, oneof, presence, packing, default), reserved range and
option with the packages' descriptors.
Each MODEL (a .mlmodel file, an .mlpackage, a .onnx file, or a folder of them) is then read with
our schema: nothing in it may be unknown, and writing it again must give an equal message.
The packages' descriptors are read as data; coremltools itself is never imported.
"""

import argparse
import ast
import importlib.metadata
import pathlib
import re
import sys
import tempfile

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, unknown_fields

WHEELS = {"coremltools": "9.0", "onnx": "1.23.2"}
TARGET = pathlib.Path(__file__).resolve().parent.parent / "pipeline-core/src/main/protobuf"

Field = descriptor_pb2.FieldDescriptorProto
TYPE_WORDS = {
    number: name[len("TYPE_"):].lower()
    for name, number in Field.Type.items()
    if name not in ("TYPE_MESSAGE", "TYPE_ENUM", "TYPE_GROUP")
}
LABEL_WORDS = {Field.LABEL_OPTIONAL: "optional", Field.LABEL_REQUIRED: "required",
               Field.LABEL_REPEATED: "repeated"}
PACKABLE = set(Field.Type.values()) - {Field.TYPE_STRING, Field.TYPE_BYTES, Field.TYPE_MESSAGE,
                                       Field.TYPE_GROUP}

# What each file holds, in our words. A file that a later format version adds stops the writing
# until it is described here.
HOLDS = {
    "coreml/array_feature_extractor.proto": "A model that picks elements of an array by position.",
    "coreml/audio_feature_print.proto": "Sound features computed by the operating system.",
    "coreml/bayesian_probit_regressor.proto": "Bayesian probit regression with Gaussian weights.",
    "coreml/categorical_mapping.proto": "A two-way table between strings and integers.",
    "coreml/class_confidence_thresholding.proto": "Class thresholds and their precision-recall "
                                                  "curves.",
    "coreml/custom_model.proto": "A model whose code the app brings along.",
    "coreml/data_structures.proto": "Vectors, ranges, sets and maps that other files share.",
    "coreml/dict_vectorizer.proto": "Dictionary to dense vector, by a fixed order of keys.",
    "coreml/feature_types.proto": "Types of a model's inputs, outputs and state: numbers, strings, "
                                  "images,\narrays, dictionaries, sequences, with the sizes they "
                                  "may take.",
    "coreml/feature_vectorizer.proto": "Several features joined into one vector.",
    "coreml/gazetteer.proto": "Text to label by a table of known terms.",
    "coreml/glm_classifier.proto": "Generalized linear classifier.",
    "coreml/glm_regressor.proto": "Generalized linear regression.",
    "coreml/identity.proto": "A model that hands its input on unchanged.",
    "coreml/imputer.proto": "Replacement of missing values.",
    "coreml/item_similarity_recommender.proto": "Recommendations from item-to-item similarity.",
    "coreml/linked_model.proto": "A reference to a compiled model in another file.",
    "coreml/mil.proto": "The ML Program: functions, blocks, operations, types and values. Large "
                        "constants lie\noutside it, in a weight file that a value points into by "
                        "name and offset.",
    "coreml/model.proto": "The root message of a .mlmodel file: version, description, metadata and "
                          "one of all\nkinds of model, pipelines included.",
    "coreml/nearest_neighbors.proto": "k nearest neighbours, for classes or numbers.",
    "coreml/neural_network.proto": "The layered neural network: preprocessing, every layer type, "
                                   "weights in float32,\nfloat16 or quantized form, and what "
                                   "training on the device needs.",
    "coreml/non_maximum_suppression.proto": "Selection among overlapping boxes of a detector.",
    "coreml/normalizer.proto": "Scaling of a vector to unit norm.",
    "coreml/one_hot_encoder.proto": "Category to one-hot vector.",
    "coreml/parameters.proto": "Adjustable parameters with their defaults and allowed values.",
    "coreml/scaler.proto": "Shift and scale of each element of a vector.",
    "coreml/sound_analysis_preprocessing.proto": "Sound to spectrogram, by the operating system.",
    "coreml/svm.proto": "Support vector machines, for classes or numbers, with their kernels.",
    "coreml/text_classifier.proto": "Label of a text, by the operating system's language model.",
    "coreml/tree_ensemble.proto": "Sums of decision trees.",
    "coreml/vision_feature_print.proto": "Image features computed by the operating system.",
    "coreml/word_embedding.proto": "Word to vector.",
    "coreml/word_tagger.proto": "Label of each word of a text.",
    "onnx/onnx.proto": "The ONNX model: graph, nodes, tensors, types and functions.",
}


def descriptor_in(module_path):
    """The FileDescriptorProto inside one generated *_pb2.py file, or None if it has none."""
    for node in ast.walk(ast.parse(module_path.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "AddSerializedFile":
            return descriptor_pb2.FileDescriptorProto.FromString(node.args[0].value)
    return None


def published():
    """The publishers' files by our path: what Model.proto reaches, and ONNX with its ML types."""
    for wheel, pinned in WHEELS.items():
        found = importlib.metadata.version(wheel)
        if found != pinned:
            sys.exit(f"{wheel}: the installed version is {found}, not the pinned one ({pinned}). "
                     f"The schemas are made from one known version.\n"
                     f"Maybe run pip install {wheel}=={pinned}, or raise the pin in {__file__}")
    core_ml = pathlib.Path(importlib.metadata.distribution("coremltools")
                           .locate_file("coremltools/proto"))
    files, waiting = {}, ["Model.proto"]
    while waiting:
        name = waiting.pop()
        path = "coreml/" + snake(name[: -len(".proto")]) + ".proto"
        if path not in files:
            files[path] = descriptor_in(core_ml / name.replace(".proto", "_pb2.py"))
            waiting.extend(files[path].dependency)
    files["onnx/onnx.proto"] = descriptor_in(
        pathlib.Path(importlib.metadata.distribution("onnx").locate_file("onnx/onnx_ml_pb2.py")))
    return dict(sorted(files.items()))


def snake(words):
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", words)
    return re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", words).lower()


class Names:
    """Every full name of all files, and the shortest way to write one from a given scope."""

    def __init__(self, files):
        self.file_of = {}
        for path, file in files.items():
            parts = file.package.split(".")
            for end in range(len(parts)):
                self.file_of.setdefault("." + ".".join(parts[: end + 1]), None)
            self._add(path, "." + file.package, file.message_type, file.enum_type)

    def _add(self, path, scope, messages, enums):
        for enum in enums:
            self.file_of[f"{scope}.{enum.name}"] = path
        for message in messages:
            self.file_of[f"{scope}.{message.name}"] = path
            self._add(path, f"{scope}.{message.name}", message.nested_type, message.enum_type)

    def seen_from(self, scope, full):
        """protoc looks for the first word from the innermost scope outwards and then stays."""
        words = full[1:].split(".")
        for start in range(len(words) - 1, -1, -1):
            short = words[start:]
            around = scope
            while True:
                if f"{around}.{short[0]}" in self.file_of:
                    if f"{around}.{'.'.join(short)}" == full:
                        return ".".join(short)
                    break
                if not around:
                    break
                around = around.rpartition(".")[0]
        return full


class Printer:
    """Prints one file descriptor as schema text."""

    def __init__(self, path, file, names):
        self.path, self.file, self.names = path, file, names
        self.proto3 = file.syntax == "proto3"
        self.lines = []
        self.imports = set()

    def text(self):
        scope = "." + self.file.package
        for enum in self.file.enum_type:
            self.enum(enum, "")
        for message in self.file.message_type:
            self.message(message, scope, "")
        if (self.file.extension or self.file.service):
            sys.exit(f"{self.path}: extensions and services are not supported by this script.")
        head = [f"// {line}" for line in HOLDS[self.path].split("\n")]
        source = "onnx" if self.path.startswith("onnx/") else "coremltools"
        head += ["//",
                 f"// Made by tools/core_ml_schema.py from {source} {WHEELS[source]}; "
                 f"do not edit by hand.", "",
                 f'syntax = "{self.file.syntax or "proto2"}";', "",
                 f"package {self.file.package};", ""]
        if self.imports:
            head += [f'import "{path}";' for path in sorted(self.imports)] + [""]
        head += [f'option java_package = "{java_package(self.path)}";',
                 "option java_multiple_files = true;",
                 f'option java_outer_classname = "{outer_class(self.path)}";', ""]
        return "\n".join(head + self.lines).rstrip("\n") + "\n"

    def put(self, indent, line):
        self.lines.append(indent + line)

    def message(self, message, scope, indent):
        if message.extension or message.extension_range:
            sys.exit(f"{self.path}: {message.name}: extensions are not supported by this script.")
        scope = f"{scope}.{message.name}"
        body_starts = len(self.lines)
        self.put(indent, f"message {message.name} {{")
        inner = indent + "  "
        self.reserved(message, inner, last_included=False)
        for enum in message.enum_type:
            self.enum(enum, inner)
        maps = {}
        for nested in message.nested_type:
            if nested.options.map_entry:
                maps[f"{scope}.{nested.name}"] = nested
            else:
                self.message(nested, scope, inner)
        done = set()
        for field in message.field:
            if field.HasField("oneof_index") and not field.proto3_optional:
                if field.oneof_index in done:
                    continue
                done.add(field.oneof_index)
                self.put(inner, f"oneof {message.oneof_decl[field.oneof_index].name} {{")
                for member in message.field:
                    if (member.HasField("oneof_index") and not member.proto3_optional
                            and member.oneof_index == field.oneof_index):
                        self.field(member, "", scope, maps, inner + "  ")
                self.put(inner, "}")
            else:
                label = LABEL_WORDS[field.label] + " "
                if self.proto3 and label == "optional " and not field.proto3_optional:
                    label = ""
                self.field(field, label, scope, maps, inner)
        if len(self.lines) == body_starts + 1:
            self.lines[-1] = f"{indent}message {message.name} {{}}"
        else:
            while self.lines[-1] == "":
                self.lines.pop()
            self.put(indent, "}")
        self.lines.append("")

    def reserved(self, holder, indent, last_included):
        ranges = []
        for span in holder.reserved_range:
            last = span.end if last_included else span.end - 1
            ranges.append(str(span.start) if span.start == last else f"{span.start} to {last}")
        if ranges:
            self.put(indent, f"reserved {', '.join(ranges)};")
        if holder.reserved_name:
            self.put(indent, "reserved " + ", ".join(f'"{n}"' for n in holder.reserved_name) + ";")

    def enum(self, enum, indent):
        self.put(indent, f"enum {enum.name} {{")
        if enum.options.allow_alias:
            self.put(indent, "  option allow_alias = true;")
        self.reserved(enum, indent + "  ", last_included=True)
        for value in enum.value:
            tail = " [deprecated = true]" if value.options.deprecated else ""
            self.put(indent, f"  {value.name} = {value.number}{tail};")
        self.put(indent, "}")
        self.lines.append("")

    def field(self, field, label, scope, maps, indent):
        entry = maps.get(field.type_name)
        if entry is not None:
            key, value = entry.field
            label = ""
            kind = f"map<{self.kind(key, scope)}, {self.kind(value, scope)}>"
        else:
            kind = self.kind(field, scope)
        options = []
        if field.HasField("default_value"):
            quoted = field.type in (Field.TYPE_STRING, Field.TYPE_BYTES)
            options.append(f'default = "{field.default_value}"' if quoted
                           else f"default = {field.default_value}")
        for option in ("packed", "deprecated"):
            if field.options.HasField(option):
                options.append(f"{option} = {str(getattr(field.options, option)).lower()}")
        tail = f" [{', '.join(options)}]" if options else ""
        self.put(indent, f"{label}{kind} {field.name} = {field.number}{tail};")

    def kind(self, field, scope):
        if field.type in TYPE_WORDS:
            return TYPE_WORDS[field.type]
        home = self.names.file_of[field.type_name]
        if home != self.path:
            self.imports.add(home)
        return self.names.seen_from(scope, field.type_name)


def java_package(path):
    if path == "coreml/mil.proto":
        return "org.quantsweep.proto.mil"
    return "org.quantsweep.proto." + path.partition("/")[0]


def outer_class(path):
    words = pathlib.PurePosixPath(path).stem.split("_")
    return "".join(word.capitalize() for word in words) + "Schema"


def check_java_names(files):
    """Two top-level classes of one Java package must differ in more than case."""
    taken = {}
    for path, file in files.items():
        names = [m.name for m in file.message_type] + [e.name for e in file.enum_type]
        for name in names + [outer_class(path)]:
            for made in (name, name + "OrBuilder"):
                other = taken.setdefault((java_package(path), made.lower()), f"{path}: {made}")
                if other != f"{path}: {made}":
                    sys.exit(f"{path}: {made} and {other} would be one Java file.")


def write():
    files = published()
    for path in files:
        if path not in HOLDS:
            sys.exit(f"{path}: this file is new. HOLDS has no header for it.\nMaybe add one.")
    check_java_names(files)
    names = Names(files)
    for path, file in files.items():
        target = TARGET / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(Printer(path, file, names).text())
    print(f"wrote {len(files)} files")


def compiled():
    """Our files as protoc reads them, in an order in which each follows what it imports."""
    from grpc_tools import protoc

    include = pathlib.Path(protoc.__file__).parent / "_proto"
    paths = sorted(str(p.relative_to(TARGET)) for p in TARGET.rglob("*.proto"))
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "schemas.bin")
        status = protoc.main(["protoc", f"-I{TARGET}", f"-I{include}", "--include_imports",
                              f"--descriptor_set_out={out}", *paths])
        if status != 0:
            sys.exit(f"{TARGET}: protoc failed (exit status {status}).")
        return descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file


def facts(files):
    """Everything that decides the wire format and the names, by full name, free of file layout."""
    found = {}

    def options(holder):
        return sorted((option.name, str(value)) for option, value in holder.options.ListFields()
                      if option.name != "packed")

    def reserved(holder):
        return (sorted((span.start, span.end) for span in holder.reserved_range),
                sorted(holder.reserved_name))

    def add(name, fact):
        if name in found:
            sys.exit(f"{name}: is defined twice.")
        found[name] = fact

    def enum(e, scope):
        add(f"{scope}.{e.name}", ("enum", options(e), reserved(e)))
        for position, value in enumerate(e.value):
            # The first value is the default; the position of the others means nothing.
            add(f"{scope}.{e.name}.{value.name}",
                ("value", value.number, position == 0, options(value)))

    def message(m, scope, proto3):
        scope = f"{scope}.{m.name}"
        add(scope, ("message", proto3, options(m), reserved(m),
                    sorted((r.start, r.end) for r in m.extension_range)))
        for f in m.field:
            packed = (f.label == Field.LABEL_REPEATED and f.type in PACKABLE
                      and (f.options.packed if f.options.HasField("packed") else proto3))
            oneof = m.oneof_decl[f.oneof_index].name if f.HasField("oneof_index") else None
            add(f"{scope}.{f.name}",
                ("field", f.number, Field.Type.Name(f.type), f.type_name, Field.Label.Name(f.label),
                 oneof, f.proto3_optional, packed, f.default_value, options(f)))
        for e in m.enum_type:
            enum(e, scope)
        for nested in m.nested_type:
            message(nested, scope, proto3)

    for file in files:
        proto3 = file.syntax == "proto3"
        for e in file.enum_type:
            enum(e, "." + file.package)
        for m in file.message_type:
            message(m, "." + file.package, proto3)
    return found


def models_in(path):
    if path.is_file():
        return [path]
    return sorted(p for p in path.rglob("*") if p.suffix in (".mlmodel", ".onnx") and p.is_file())


def first_unknown(message, where):
    unknown = unknown_fields.UnknownFieldSet(message)
    if len(unknown):
        return f"{where}: field {unknown[0].field_number}"
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            if field.message_type.fields_by_name["value"].message_type is None:
                continue
            children = value.values()
        else:
            children = value if field.is_repeated else [value]
        for child in children:
            below = first_unknown(child, f"{where}.{field.name}")
            if below:
                return below
    return None


def check(model_paths):
    ours, theirs = compiled(), published()
    mine, reference = facts(ours), facts(theirs.values())
    wrong = []
    for name in sorted(mine.keys() | reference.keys()):
        if mine.get(name) != reference.get(name):
            wrong.append(f"{name}: ours is {mine.get(name)}, published is {reference.get(name)}")
    counts = {}
    for fact in mine.values():
        counts[fact[0]] = counts.get(fact[0], 0) + 1
    print(f"{len(ours)} files, {counts}")

    pool, published_pool = descriptor_pool.DescriptorPool(), descriptor_pool.DescriptorPool()
    for file in ours:
        pool.Add(file)
    add_in_order(published_pool, {file.name: file for file in theirs.values()})
    layer = pool.FindMessageTypeByName("CoreML.Specification.NeuralNetworkLayer")
    kinds = pool.FindMessageTypeByName("CoreML.Specification.Model")
    print(f"{len(layer.oneofs_by_name['layer'].fields)} layer types, "
          f"{len(kinds.oneofs_by_name['Type'].fields)} model types")

    for root in model_paths:
        models = models_in(root)
        if not models:
            wrong.append(f"{root}: no model is there")
        for path in models:
            wrong.extend(check_model(path, pool, published_pool))
    for line in wrong:
        print(f"WRONG {line}")
    print(f"{len(wrong)} differences")
    return 1 if wrong else 0


def add_in_order(pool, files):
    added = set()

    def add(name):
        if name not in added:
            added.add(name)
            for needed in files[name].dependency:
                add(needed)
            pool.Add(files[name])

    for name in files:
        add(name)


def check_model(path, pool, published_pool):
    root = "onnx.ModelProto" if path.suffix == ".onnx" else "CoreML.Specification.Model"
    ours = message_factory.GetMessageClass(pool.FindMessageTypeByName(root))
    theirs = message_factory.GetMessageClass(published_pool.FindMessageTypeByName(root))
    raw = path.read_bytes()
    model = ours.FromString(raw)
    written = model.SerializeToString(deterministic=True)
    wrong = []
    unknown = first_unknown(model, root)
    if unknown:
        wrong.append(f"{path}: unknown to our schema: {unknown}")
    if ours.FromString(written) != model:
        wrong.append(f"{path}: reading back what our schema wrote gives another message")
    original = theirs.FromString(raw)
    if theirs.FromString(written) != original:
        wrong.append(f"{path}: the published schema reads another message from what ours wrote")
    if original.SerializeToString(deterministic=True) != written:
        wrong.append(f"{path}: ours and the published schema write different bytes")
    same = "the same bytes" if written == raw else "an equal message in other bytes"
    print(f"{path.name} ({len(raw)} bytes): {same}")
    return wrong


def main():
    parser = argparse.ArgumentParser(description="Core ML and ONNX schemas from their publishers")
    parser.add_argument("--check", action="store_true",
                        help="compare the .proto files with the packages instead of writing them")
    parser.add_argument("models", nargs="*", type=pathlib.Path,
                        help="models to read with our schema (with --check only)")
    chosen = parser.parse_args()
    if chosen.check:
        return check(chosen.models)
    if chosen.models:
        parser.error("models are read with --check only")
    write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
