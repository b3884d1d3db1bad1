"""The schemas of the operators that the lowering emits, from the package `onnx`.

    python make_operator_schemas.py NAMES ../resources/org/quantsweep/inference/onnx/operator-schemas.tsv

NAMES is a file with an operator in each line (`cut -f1 operator-schemas.tsv | sort -u` lists those of
the last time). Needs onnx (1.19.0); operator set 17. OnnxOperatorsTest compares the table with it.

Lines: OPERATOR, input|output, place, Single|Optional|Variadic, type variable, allowed types;
or OPERATOR, attribute, name, kind, required|optional.
"""

import pathlib
import sys

from onnx import defs

OPERATOR_SET = 17


def lines(operator):
    schema = defs.get_schema(operator, OPERATOR_SET, "")
    allowed = {c.type_param_str: c.allowed_type_strs for c in schema.type_constraints}
    for side, parameters in (("input", schema.inputs), ("output", schema.outputs)):
        for place, parameter in enumerate(parameters):
            types = sorted(allowed.get(parameter.type_str, [parameter.type_str]))
            tensors = [t.removeprefix("tensor(").removesuffix(")") for t in types if t.startswith("tensor(")]
            occurrence = str(parameter.option).split(".")[-1]
            yield (operator, side, str(place), occurrence, parameter.type_str, ",".join(tensors))
    for name, attribute in sorted(schema.attributes.items()):
        kind = str(attribute.type).split(".")[-1]
        yield (operator, "attribute", name, kind, "required" if attribute.required else "optional")


if __name__ == "__main__":
    names, target = map(pathlib.Path, sys.argv[1:])
    text = "".join("\t".join(line) + "\n" for name in sorted(names.read_text().split()) for line in lines(name))
    target.write_text(text)
