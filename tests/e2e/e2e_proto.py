"""The Python classes generated from proto/, for what a test wants to say in binary."""

import os
import sys

from e2e_server import ROOT

sys.path.insert(0, os.environ.get("PARLEY_GEN", str(ROOT / "build" / "release" / "gen" / "python")))

from parley.v1 import accounts_pb2, events_pb2, frames_pb2  # noqa: E402,F401
