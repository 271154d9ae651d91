"""Runs a test program again when a foreign library crashed inside it: libtorrent's binding has died by SIGSEGV in a test
that holds with every other run, and says nothing about Warren, whose programs are processes of their own."""

import os
import signal
import subprocess
import sys
import tempfile

RUNS = 3
_GUARDED = "WARREN_TEST_IS_GUARDED"


def rerun_after_crashes():
    """Returns in a child process that goes on with the test; its parent prints what the last run said and ends as it
    did. A crash every time is a failure, and so is any other end but a clean one."""
    if os.environ.get(_GUARDED):
        return
    for run in range(1, RUNS + 1):
        code, said = _run_once()
        crashed = code in (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS)
        if not crashed or run == RUNS:
            break
        print(f"note - in run {run} a foreign library crashed (signal {-code}); the test runs again", flush=True)
    sys.stdout.write(said)
    if crashed:
        print(f"not ok - one of {RUNS} runs goes without a crash of the foreign library (signal {-code})")
    sys.stdout.flush()
    os._exit(128 - code if code < 0 else code)


def _run_once():
    """Returns the exit code and the standard output. The run is a process group, which is ended with it: who crashed
    could not end its own children."""
    output = tempfile.TemporaryFile("w+")
    child = subprocess.Popen(
        [sys.executable, "-X", "faulthandler", *sys.argv], env={**os.environ, _GUARDED: "1"}, stdout=output,
        start_new_session=True)

    def end_group(by):
        try:
            os.killpg(child.pid, by)
        except ProcessLookupError:
            pass

    signal.signal(signal.SIGTERM, lambda *_: end_group(signal.SIGTERM))
    code = child.wait()
    end_group(signal.SIGKILL)
    output.seek(0)
    return code, output.read()
