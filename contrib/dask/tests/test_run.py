"""The command against real schedulers and workers."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from conftest import PATIENCE, STAND_IN, Cluster, until
from distributed import Client


def command(cluster: Cluster, targets: list[str], *options: str) -> list[str]:
    listed = cluster.folder / "targets.txt"
    listed.write_text("# an estate\n\n" + "\n".join(targets) + "\n")
    run = [
        sys.executable,
        "-m",
        "unkeyed_dask",
        "run",
        "--targets",
        str(listed),
        "--records",
        str(cluster.folder / "records"),
    ]
    tls = (
        ["--tls-ca", cluster.tls["ca"], "--tls-cert", cluster.tls["cert"], "--tls-key", cluster.tls["key"]] if cluster.tls else []
    )
    return [*run, "--scheduler", cluster.address, "--binary", str(STAND_IN), *tls, *options]


def run(cluster: Cluster, targets: list[str], *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(cluster, targets, *options), capture_output=True, text=True, timeout=PATIENCE * 2)


def headers(cluster: Cluster) -> dict[str, dict[str, str]]:
    lines = [json.loads(path.read_text()) for path in sorted((cluster.folder / "records").glob("*.ndjson"))]
    found = {line["target"]: line["header"] for line in lines}
    assert len(found) == len(lines), "one record a target"
    return found


@pytest.mark.parametrize("store", [[], ["--shared"]])
def test_each_target_has_its_record_and_a_second_run_makes_none(cluster: Cluster, store: list[str]) -> None:
    cluster.workers("a", "b")
    targets = [f"repo-{n}" for n in range(20)] + [json.dumps({"target": "repo-x", "name": "acme/x"})]
    (cluster.folder / "records").mkdir()
    first = run(cluster, targets, *store)
    assert first.returncode == 0, first.stderr
    assert "21 targets: 21 complete, 0 partial, 0 failed, 0 there already" in first.stderr
    assert set(headers(cluster)) == {f"repo-{n}" for n in range(20)} | {"acme/x"}
    second = run(cluster, targets, *store)
    assert "21 targets: 21 complete, 0 partial, 0 failed, 21 there already" in second.stderr
    assert len(cluster.names_made()) == 21
    assert not list((cluster.folder / "records").glob("*.part"))


def test_a_worker_that_is_killed_loses_nothing(cluster: Cluster) -> None:
    victim, *_ = cluster.workers("a", "b", "c")
    targets = [f"slow-{n}" for n in range(30)]
    running = subprocess.Popen(command(cluster, targets), stderr=subprocess.PIPE, text=True)
    until(lambda: len(cluster.names_made()) > 6, "work begins")
    os.kill(victim.pid, signal.SIGKILL)
    _, said = running.communicate(timeout=PATIENCE * 2)
    assert running.returncode == 0, said
    assert set(headers(cluster)) == set(targets)


def test_a_target_that_kills_its_process_costs_its_own_record_only(cluster: Cluster) -> None:
    cluster.workers("a", "b")
    done = run(cluster, [*[f"repo-{n}" for n in range(8)], "kills-itself"], "--retries", "1")
    assert done.returncode == 3, done.stderr
    found = headers(cluster)
    assert len(found) == 9
    assert found.pop("kills-itself") == {
        "identity": found_identity("kills-itself"),
        "state": "failed",
        "reason": "given up: killed by signal 9",
    }
    assert {header["state"] for header in found.values()} == {"complete"}
    assert Counter(cluster.names_made())["kills-itself"] == 1 + 1 + 1, "the first try, one more, and the failed record"


def found_identity(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def test_a_target_that_kills_its_workers_costs_no_other_record(tmp_path: Path) -> None:
    targets = tmp_path / "targets.txt"
    targets.write_text(
        "\n".join([*[f"slow-{n}" for n in range(12)], "murders-its-worker", *[f"slow-{n}" for n in range(12, 20)]])
    )
    arguments = [
        "run",
        "--targets",
        str(targets),
        "--records",
        str(tmp_path / "records"),
        "--workers",
        "2",
        "--binary",
        str(STAND_IN),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "unkeyed_dask", *arguments, "--retries", "0"],
        capture_output=True,
        text=True,
        timeout=PATIENCE * 3,
        env=os.environ | {"STAND_IN_LOG": str(tmp_path / "made.log")},
    )
    assert done.returncode == 3, done.stderr
    lines = [json.loads(path.read_text()) for path in (tmp_path / "records").glob("*.ndjson")]
    states = {line["target"]: line["header"]["state"] for line in lines}
    assert states.pop("murders-its-worker") == "failed"
    assert states == dict.fromkeys([f"slow-{n}" for n in range(20)], "complete"), done.stderr


def test_a_target_that_hangs_is_given_up(cluster: Cluster) -> None:
    cluster.workers("a")
    done = run(cluster, ["hangs-for-ever", "repo-1"], "--timeout", "2")
    assert done.returncode == 3, done.stderr
    assert headers(cluster)["hangs-for-ever"]["reason"] == "given up: took longer than 2 seconds"
    assert Counter(cluster.names_made())["hangs-for-ever"] == 2, "a hang is not tried again; the second is the failed record"


def test_a_line_that_the_binary_refuses_ends_the_run(cluster: Cluster) -> None:
    cluster.workers("a")
    done = run(cluster, ["repo-1", "usage-error"])
    assert done.returncode == 2
    assert "line 4: line 1: unknown key" in done.stderr


def test_an_interrupted_run_goes_on_where_it_stopped(cluster: Cluster) -> None:
    cluster.workers("a", "b")
    targets = [f"slow-{n}" for n in range(24)]
    running = subprocess.Popen(command(cluster, targets), stderr=subprocess.PIPE, text=True)
    until(lambda: len(list((cluster.folder / "records").glob("*.ndjson"))) > 5, "records come in")
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=PATIENCE)
    assert running.returncode == 130, said
    assert "the same command goes on" in said
    kept = set(headers(cluster))
    assert 5 < len(kept) < 24
    before = len(cluster.names_made())
    until(lambda: len(cluster.names_made()) == before, "nothing new begins")
    again = run(cluster, targets)
    assert again.returncode == 0, again.stderr
    assert set(headers(cluster)) == set(targets)
    assert all(Counter(cluster.names_made())[name] == 1 for name in kept), "what was recorded is not done twice"


def test_a_lost_scheduler_ends_the_run_and_keeps_the_records(cluster: Cluster) -> None:
    cluster.workers("a")
    running = subprocess.Popen(command(cluster, [f"slow-{n}" for n in range(40)]), stderr=subprocess.PIPE, text=True)
    until(lambda: len(list((cluster.folder / "records").glob("*.ndjson"))) > 3, "records come in")
    cluster.processes[0].kill()
    _, said = running.communicate(timeout=PATIENCE * 2)
    assert running.returncode == 3, said
    assert "the scheduler is gone" in said
    assert len(headers(cluster)) > 3


def test_no_more_targets_are_handed_out_than_may_wait(cluster: Cluster) -> None:
    cluster.workers("a")
    listed = cluster.folder / "fifo"
    os.mkfifo(listed)
    arguments = [*command(cluster, []), "--in-flight", "3"]
    arguments[arguments.index("--targets") + 1] = str(listed)
    running = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True)
    with listed.open("wb", buffering=0) as lines:
        # A line as long as a pipe's buffer is written once those before it are read; two may lie in buffers.
        for number in range(12):
            lines.write(f"slow-{number}-{'x' * 65000}\n".encode())
            recorded = len(list((cluster.folder / "records").glob("*.ndjson")))
            assert number + 1 - recorded <= 3 + 2, "the list is read ahead of the work"
    _, said = running.communicate(timeout=PATIENCE)
    assert running.returncode == 0, said
    assert len(headers(cluster)) == 12


def test_mutual_tls_keeps_strangers_out(tls_cluster: Cluster, authority: Callable[[str], dict[str, str]]) -> None:
    tls_cluster.workers("a", "b")
    stranger, log = tls_cluster.worker("stranger", tls=authority("theirs"))
    done = run(tls_cluster, [f"repo-{n}" for n in range(10)])
    assert done.returncode == 0, done.stderr
    assert "without TLS" not in done.stderr
    assert len(headers(tls_cluster)) == 10
    assert "Registered to" not in log.read_text()
    theirs = authority("others")
    arguments = command(tls_cluster, ["repo-1"])
    for option, file in (("--tls-ca", "ca"), ("--tls-cert", "cert"), ("--tls-key", "key")):
        arguments[arguments.index(option) + 1] = theirs[file]
    refused = subprocess.run(arguments, capture_output=True, text=True, timeout=PATIENCE * 2)
    assert refused.returncode == 3
    assert stranger.poll() is None or stranger.returncode != 0


def test_a_worker_without_the_key_is_refused(cluster: Cluster) -> None:
    keyless, *_ = cluster.workers("keyless", "a")
    (cluster.folder / "a" / "key").write_text(os.urandom(16).hex())
    targets = [f"slow-{n}" for n in range(20)]
    running = subprocess.Popen(command(cluster, targets, "--key-file", "key"), stderr=subprocess.PIPE, text=True)
    until(cluster.names_made, "work begins")
    late, _ = cluster.worker("late")
    _, said = running.communicate(timeout=PATIENCE)
    assert running.returncode == 0, said
    assert "is refused: [Errno 2] No such file or directory: 'key'" in said
    assert set(headers(cluster)) == set(targets)
    assert len({path.stem.split("-")[2] for path in (cluster.folder / "records").glob("*.ndjson")}) == 1, "one key"
    for refused in (keyless, late):
        until(lambda refused=refused: refused.poll() is not None, "the worker ends")
    nobody = run(cluster, ["repo-1"], "--key-file", "other-key")
    assert nobody.returncode == 3
    assert "other-key" in nobody.stderr


def test_workers_with_different_binaries_are_not_mixed(cluster: Cluster) -> None:
    for name, version in (("a", "stand-in 1"), ("b", "stand-in 2")):
        _, log = cluster.worker(name, {"STAND_IN_VERSION": version})
        until(lambda log=log: "Registered to" in log.read_text(), "the worker joins")
    done = run(cluster, ["repo-1"])
    assert done.returncode == 3
    assert "different binaries: stand-in 1, stand-in 2" in done.stderr


def test_the_key_and_settings_of_a_worker_stay_there(cluster: Cluster, tmp_path: Path) -> None:
    key = tmp_path / "key"
    secret = os.urandom(16).hex()
    key.write_text(secret + "\n")
    for name, setting in (("a", "low"), ("b", "high")):
        cluster.worker(name, {"UNKEYED_CONFIDENCE": setting})
    done = run(cluster, [f"slow-{n}" for n in range(8)], "--key-file", str(key), "--in-flight", "4")
    assert done.returncode == 0, done.stderr
    configs = {path.stem.split("-")[2] for path in (cluster.folder / "records").glob("*.ndjson")}
    assert len(configs) == 1, "every worker judges alike"
    texts = [done.stderr, *(path.read_text() for path in cluster.folder.glob("*.log"))]
    texts += [path.read_text() for path in (cluster.folder / "records").glob("*.ndjson")]
    assert not any(secret in text for text in texts)


def test_what_is_fetched_is_recorded_under_its_own_name(cluster: Cluster, tmp_path: Path) -> None:
    fetch = tmp_path / "fetch"
    fetch.write_text(
        '#!/bin/sh\ncase "$1" in *gone*) echo "no access with $FETCH_TOKEN" >&2; exit 7;; esac\nmkdir mirror && echo git:mirror\n'
    )
    fetch.chmod(0o755)
    token = os.urandom(12).hex()
    targets = [json.dumps({"target": f"https://git.example/{name}", "name": f"acme/{name}"}) for name in ("web", "gone")]
    _, log = cluster.worker("a", {"FETCH_TOKEN": token})
    until(lambda: "Registered to" in log.read_text(), "the worker joins")
    done = run(cluster, targets, "--fetch", str(fetch), "--retries", "0")
    assert done.returncode == 3
    found = headers(cluster)
    assert found["acme/web"]["state"] == "complete"
    assert found["acme/gone"]["reason"].startswith("given up: fetching ended with exit code 7")
    assert token not in done.stderr


def test_workers_on_this_machine_are_started_and_ended(tmp_path: Path) -> None:
    targets = tmp_path / "targets.txt"
    (tmp_path / "exists-beside-the-list").touch()
    targets.write_text("\n".join([*[f"repo-{n}" for n in range(5)], "exists-beside-the-list"]))
    arguments = [
        "run",
        "--targets",
        str(targets),
        "--records",
        str(tmp_path / "records"),
        "--workers",
        "2",
        "--binary",
        str(STAND_IN),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "unkeyed_dask", *arguments, "--cache", str(tmp_path / "cache")],
        capture_output=True,
        text=True,
        timeout=PATIENCE * 2,
        cwd=tmp_path,
        env=os.environ | {"STAND_IN_LOG": str(tmp_path / "made.log")},
    )
    assert done.returncode == 0, done.stderr
    assert "6 targets: 6 complete" in done.stderr
    assert len(list((tmp_path / "records").iterdir())) == 6
    assert len(list((tmp_path / "cache").iterdir())) in (1, 2), "one cache a worker"


def test_workers_on_this_machine_are_reached_by_nobody_else(tmp_path: Path) -> None:
    targets = tmp_path / "targets.txt"
    targets.write_text("\n".join(f"slow-{n}" for n in range(30)))
    made = tmp_path / "made.log"
    arguments = [
        "run",
        "--targets",
        str(targets),
        "--records",
        str(tmp_path / "records"),
        "--workers",
        "2",
        "--binary",
        str(STAND_IN),
    ]
    running = subprocess.Popen([sys.executable, "-m", "unkeyed_dask", *arguments], env=os.environ | {"STAND_IN_LOG": str(made)})
    until(made.exists, "work begins")
    driver = psutil.Process(running.pid)
    open_ports = [
        connection.laddr
        for process in [driver, *driver.children(recursive=True)]
        for connection in process.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert open_ports
    assert {address.ip for address in open_ports} == {"127.0.0.1"}
    for address in open_ports:
        for page in ("info/main/workers.html", "json/index.html", "metrics", "status"):
            with pytest.raises(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{address.port}/{page}", timeout=5)
        with pytest.raises((OSError, ValueError)), Client(f"tcp://127.0.0.1:{address.port}", timeout=2, set_as_default=False):
            pass
    assert running.wait(PATIENCE) == 0
