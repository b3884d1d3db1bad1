"""A user's script: puts a network into a package, by the real coremltools.  SCRIPT MODEL PACKAGE"""

import sys

import coremltools as ct

source, package = sys.argv[1:]
ct.models.MLModel(source, skip_model_load=True).save(package)
