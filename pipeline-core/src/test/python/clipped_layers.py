"""How many layers of a model a ReLU or ReLU6 alone follows, as coremltools reads it.

ClippingTest holds what this prints:

    python clipped_layers.py MODEL.mlpackage|MODEL.mlmodel ...
"""

import collections
import sys

import coremltools as ct

MATRICES = {"conv", "conv_transpose", "linear"}


def of_program(program):
    counts = collections.Counter()
    for function in program.functions.values():
        block = next(iter(function.block_specializations.values()))
        readers = collections.defaultdict(list)
        for operation in block.operations:
            for argument in operation.inputs.values():
                for binding in argument.arguments:
                    if binding.WhichOneof("binding") == "name":
                        readers[binding.name].append(operation.type)
        for operation in block.operations:
            if operation.type in MATRICES:
                output = operation.outputs[0].name
                found = readers[output]
                alone = len(found) == 1 and output not in block.outputs
                counts[found[0] if alone and found[0] in ("relu", "relu6") else "none"] += 1
    return counts


def of_network(layers):
    """Converters write a ReLU6 as ReLU, times -1, not below -6, times -1."""
    counts = collections.Counter()
    readers = collections.defaultdict(list)
    for layer in layers:
        for blob in layer.input:
            readers[blob].append(layer)

    def only(blob):
        return readers[blob][0] if len(readers[blob]) == 1 else None

    for layer in layers:
        if layer.WhichOneof("layer") not in ("convolution", "innerProduct"):
            continue
        at = only(layer.output[0])
        # Batch norms are folded before anything is calibrated.
        if at is not None and at.WhichOneof("layer") == "batchnorm":
            at = only(at.output[0])
        if at is None or at.activation.WhichOneof("NonlinearityType") != "ReLU":
            counts["none"] += 1
            continue
        after = only(at.output[0])
        six = after is not None and after.activation.linear.alpha == -1
        six = six and only(after.output[0]).unary.alpha == -6
        counts["relu6" if six else "relu"] += 1
    return counts


for path in sys.argv[1:]:
    spec = ct.utils.load_spec(path)
    kind = spec.WhichOneof("Type")
    own = getattr(spec, kind)
    print(path, dict(of_program(own) if kind == "mlProgram" else of_network(own.layers)))
