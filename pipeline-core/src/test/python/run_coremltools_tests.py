"""Runs coremltools' own tests of its operations with our engine in the place of Apple's.

    python run_coremltools_tests.py CLASSPATH [CASES [PYTEST-ARGUMENT ...]]

CLASSPATH is that of the JVM with our classes and test classes. CASES is how many cases of each
test function run, always the same ones; 0 stands for all. An argument such as
iOS14/test_activation.py is one of coremltools' files: only those that are named run. 1/2 stands
for every second file from the first one on, 2/2 for the others. Tests that need PyTorch or
TensorFlow run where these are installed. Exit status 0: whatever comes to a prediction passes, or
differs as coremltools_differences.txt says.
"""

import importlib.util
import os
import re
import sys
from pathlib import Path

os.environ["QUANTSWEEP_CLASSPATH"] = sys.argv[1]
os.environ["QUANTSWEEP_CASES"] = sys.argv[2] if len(sys.argv) > 2 else "0"
# Every opset and both precisions of ML Programs.
os.environ["PYMIL_TEST_TARGETS"] = "mlprogram"
os.environ["INCLUDE_MIL_FP32_UNIT_TESTS"] = "1"
os.environ["RUN_BACKWARD_COMPATIBILITY"] = "1"
os.environ["TQDM_DISABLE"] = "1"

here = str(Path(__file__).parent)
sys.path.insert(0, here)
os.environ["PYTHONPATH"] = here
import pytest  # noqa: E402

package = Path(importlib.util.find_spec("coremltools").submodule_search_locations[0])
tests = package / "converters" / "mil" / "mil" / "ops" / "tests"
more = sys.argv[3:]
files = [tests / name for name in more if name.endswith(".py")] or sorted(tests.glob("*/test_*.py"))
for part in [argument for argument in more if re.fullmatch(r"\d+/\d+", argument)]:
    more.remove(part)
    first, parts = map(int, part.split("/"))
    files = files[first - 1 :: parts]
sys.exit(
    pytest.main(
        [
            "-p", "core_ml_executor",
            "-p", "no:cacheprovider",
            "-p", "no:warnings",
            # What coremltools knows to fail on a Mac may pass here.
            "--runxfail",
            "--tb=short",
            "-q",
            "--no-header",
            *map(str, files),
            *(argument for argument in more if not argument.endswith(".py")),
        ]
    )
)
