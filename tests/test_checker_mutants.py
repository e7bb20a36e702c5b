"""A sample of the mutation run over the checker: what is broken is noticed."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("mutate_checker.py")


def test_a_broken_checker_is_noticed():
    found = subprocess.run(
        [sys.executable, str(SCRIPT), "--sample", "12"], capture_output=True, text=True
    )
    assert found.returncode == 0, found.stdout + found.stderr
    assert "12 mutants, 0 survivors" in found.stdout
