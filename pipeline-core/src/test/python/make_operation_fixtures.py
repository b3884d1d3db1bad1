"""Small ML Programs of one operation each, with answers that NumPy computes from the formulas of
the operations' documentation.

    python make_operation_fixtures.py ../resources/org/quantsweep/inference/onnx/program/cases.zip

Needs coremltools (the environment tools/python-env.sh coremltools), which writes the programs but
computes nothing. The archive holds CASE/mlpackage.zip and CASE/npz for each case; its arrays are
x.CALL.NAME (inputs) and y.CALL.NUMBER (outputs). OperationCasesTest runs them. A second argument
is a pattern of the cases to write.
"""

import importlib
import pkgutil
import sys

import operation_cases
from operation_cases import cases

for module in sorted(m.name for m in pkgutil.iter_modules(operation_cases.__path__)):
    importlib.import_module("operation_cases." + module)
cases.write(sys.argv[1], *sys.argv[2:])
