#!/usr/bin/env python3
"""Stands in for the binary where a test needs a target that is slow, kills its process or hangs.

It keeps the contract of docs/records.md: one line in, one record out, named by what it was made from. The kind of trouble is the
target's first word.
"""

import hashlib
import json
import os
import signal
import sys
import time
from pathlib import Path


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def main() -> int:
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        print(os.environ.get("STAND_IN_VERSION", "stand-in 1"))
        return 0
    records = Path(arguments[arguments.index("--records") + 1])
    line = sys.stdin.read().strip()
    target = json.loads(line) if line.startswith("{") else {"target": line}
    name, kind = target.get("name", target["target"]), target["target"].split("-")[0]
    key = os.environ.get("UNKEYED_FINGERPRINT_KEY", "")
    if kind == "usage":
        print("line 1: unknown key", file=sys.stderr)
        return 2
    # Secrets and settings of the worker's own environment never reach a record, nor may they differ between workers.
    foreign = sorted(name for name in os.environ if name.startswith("UNKEYED_") and name != "UNKEYED_FINGERPRINT_KEY")
    config = digest(" ".join(option for option in arguments if option.startswith("--as-of")) + digest(key) + str(foreign))
    record = "-".join(part[:16] for part in (digest(name), digest(target["target"]), config))
    if (records / f"{record}.ndjson").exists():
        print(f"unkeyed: {name}: complete, 0 credentials, 0 workloads, was there", file=sys.stderr)
        return 0
    with Path(os.environ["STAND_IN_LOG"]).open("a") as log:
        log.write(name + "\n")
    failed = target.get("failed")
    if kind == "exists" and not Path(target["target"]).exists():
        failed = "no such file"
    if failed:
        kind = "failed"
    if kind == "slow":
        time.sleep(0.3)
    if kind == "hangs":
        time.sleep(600)
    if kind == "kills":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "murders":
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(5)
    state = "failed" if failed else "complete"
    header = {"identity": digest(name), "state": state, "reason": failed}
    part = records / f"{record}.{os.getpid()}.part"
    part.write_text(json.dumps({"record": record, "target": name, "header": header}) + "\n")
    part.replace(records / f"{record}.ndjson")
    print(f"unkeyed: {name}: {state}, 0 credentials, 0 workloads", file=sys.stderr)
    return 3 if state == "failed" else 0


sys.exit(main())
