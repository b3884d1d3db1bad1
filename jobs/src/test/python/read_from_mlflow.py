"""Reads a published version as users of MLflow do: python read_from_mlflow.py SERVER MODEL ALIAS FILE

Prints JSON: version, sha256 of the file as downloaded (of a folder, of each file in it), the tags, and the files beside
it.
"""
import hashlib
import json
import pathlib
import sys
import tempfile

import mlflow

server, name, alias, file = sys.argv[1:]
mlflow.set_tracking_uri(server)
version = mlflow.MlflowClient().get_model_version_by_alias(name, alias)


def sha256(path):
    """Of a file; of a folder, by the paths of its files."""
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    return {str(p.relative_to(path)): sha256(p) for p in sorted(path.rglob("*")) if p.is_file()}


with tempfile.TemporaryDirectory() as folder:
    root = pathlib.Path(mlflow.artifacts.download_artifacts(f"models:/{name}@{alias}", dst_path=folder))
    one = pathlib.Path(mlflow.artifacts.download_artifacts(f"models:/{name}/{version.version}/{file}"))
    assert sha256(one) == sha256(root / file)
    print(
        json.dumps(
            {
                "version": int(version.version),
                "sha256": sha256(root / file),
                "files": sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()),
                "tags": dict(sorted(version.tags.items())),
            }
        )
    )
