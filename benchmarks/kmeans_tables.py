"""Times look-up tables of least squared error for every weight tensor of a model, as others make them.

    P=$(tools/python-env.sh benchmark)
    $P benchmarks/kmeans_tables.py MODEL.mlmodel [--bits 1 2 3] [--with scikit-learn kmeans1d] [--json FILE]

scikit-learn: called as coremltools calls it (Lloyd from one k-means++ start, tolerance 1e-2, seed 0). kmeans1d: exact,
in C++. Both get each tensor once for every width, which is how one has to call them. Weights of convolutions and inner
products, biases left alone. kmeans_tables.sh takes QuantSweep's own figures side by side.

Without --bits all eight widths are timed, which takes scikit-learn minutes and kmeans1d more.
"""

import argparse
import contextlib
import io
import json
import logging
import time
import warnings

import numpy as np

warnings.filterwarnings("ignore")
with contextlib.redirect_stderr(io.StringIO()):  # it says on every start that it cannot predict on Linux
    from coremltools.proto import Model_pb2
logging.disable(logging.WARNING)


def weight_tensors(path):
    model = Model_pb2.Model()
    with open(path, "rb") as file:
        model.ParseFromString(file.read())
    network = getattr(model, model.WhichOneof("Type"))
    for layer in network.layers:
        kind = layer.WhichOneof("layer")
        if kind in ("convolution", "innerProduct"):
            values = np.array(getattr(layer, kind).weights.floatValue, np.float32)
            if len(values):
                yield values.astype(np.float64)


def by_scikit_learn(weights, count):
    from sklearn.cluster import KMeans

    found = KMeans(min(len(weights), count), init="k-means++", tol=1e-2, n_init=1, random_state=0).fit(
        weights.reshape(-1, 1))
    return found.cluster_centers_[:, 0][found.labels_]


def by_kmeans1d(weights, count):
    import kmeans1d

    found = kmeans1d.cluster(weights, min(len(np.unique(weights)), count))
    return np.asarray(found.centroids)[np.asarray(found.clusters)]


METHODS = {"scikit-learn": by_scikit_learn, "kmeans1d": by_kmeans1d}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--bits", type=int, nargs="+", default=list(range(1, 9)), choices=range(1, 9), metavar="1..8")
    parser.add_argument("--with", dest="methods", nargs="+", default=list(METHODS), choices=list(METHODS))
    parser.add_argument("--json", metavar="FILE", help="also write the figures there; - for standard output")
    arguments = parser.parse_args()

    tensors = list(weight_tensors(arguments.model))
    result = {"tensors": len(tensors), "weights": sum(map(len, tensors)), "methods": {}}
    for method in arguments.methods:
        METHODS[method](tensors[0][:256], 2)  # imports are not what is timed
        rows = []
        for bits in arguments.bits:
            begin = time.perf_counter()
            decoded = [METHODS[method](weights, 2**bits) for weights in tensors]
            seconds = time.perf_counter() - begin
            error = sum(float(((a - b) ** 2).sum()) for a, b in zip(tensors, decoded))
            rows.append({"bits": bits, "seconds": round(seconds, 3), "squaredError": error})
            if arguments.json != "-":
                print(f"{method:13s} {bits} bits {seconds:9.2f} s   squared error {error:.4f}", flush=True)
        result["methods"][method] = {"seconds": round(sum(row["seconds"] for row in rows), 3), "widths": rows}
    if arguments.json == "-":
        print(json.dumps(result, indent=2))
    elif arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(result, file, indent=2)
            file.write("\n")


if __name__ == "__main__":
    main()
