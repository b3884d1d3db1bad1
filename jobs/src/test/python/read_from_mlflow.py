"""Reads a published version as users of MLflow do: python read_from_mlflow.py SERVER MODEL ALIAS FILE

Prints JSON: version, sha256 of the file as downloaded, the tags, and the files beside it.
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
with tempfile.TemporaryDirectory() as folder:
    root = pathlib.Path(mlflow.artifacts.download_artifacts(f"models:/{name}@{alias}", dst_path=folder))
    one = pathlib.Path(mlflow.artifacts.download_artifacts(f"models:/{name}/{version.version}/{file}"))
    assert one.read_bytes() == (root / file).read_bytes()
    print(
        json.dumps(
            {
                "version": int(version.version),
                "sha256": hashlib.sha256((root / file).read_bytes()).hexdigest(),
                "files": sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()),
                "tags": dict(sorted(version.tags.items())),
            }
        )
    )
