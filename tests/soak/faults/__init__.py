"""Every kind of fault, each in a file of its own. The base class in fault.py says what one is."""

from faults.clock_back import ClockBack
from faults.clock_forward import ClockForward
from faults.disk_full import DiskFull
from faults.disk_slow import DiskSlow
from faults.fsync_fails import FsyncFails
from faults.kill_9 import Kill9
from faults.kill_amid import KillAmid
from faults.net_cut import NetCut
from faults.net_delay import NetDelay
from faults.net_down import NetDown
from faults.net_loss import NetLoss
from faults.net_stall import NetStall
from faults.pause import Pause
from faults.restart import Restart

ALL = [Kill9, KillAmid, Restart, Pause, DiskFull, DiskSlow, FsyncFails, ClockForward, ClockBack, NetDelay, NetLoss, NetStall, NetCut, NetDown]
