"""Hostile clients: speaks the protocol wrongly on purpose, over the whole contract, and judges every answer.

    PYTHONPATH=tests python3 -m hostile --server http://127.0.0.1:8080

contract.py reads what there is to lie about from proto/ and docs/openapi.yaml, fields.py says what each field may hold,
kinds.py makes lies from that, stage_*.py know how to say each thing rightly, lies_*.py are the families of lies, and
judge.py says what answers are allowed at all.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
