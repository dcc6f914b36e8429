"""The sandbox as it was just built, on a port of its own, for the clients that people use."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import requests

import hosts
from sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("HUNTAZE_BIN", ROOT / "target/debug/huntaze"))


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sandbox")
    command = [BINARY, "sandbox", "--sandbox-addr", "127.0.0.1:0", "--data-dir", folder / "data"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    with (
        open(folder / "errors", "w") as errors,
        subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        try:
            port = read_port(process.stdout)
            yield Sandbox(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()


def read_port(lines):
    """The sandbox says where it listens, and then nothing more."""
    for line in lines:
        if address := re.search(r"http://localhost:(\d+)", line):
            return int(address[1])
    raise AssertionError("the sandbox did not start")


@pytest.fixture(autouse=True)
def platforms(sandbox, monkeypatch):
    """From here on the platforms' hosts are the sandbox, which has forgotten all earlier tests."""
    monkeypatch.setattr(requests.sessions, "HTTPAdapter", hosts.adapter_to(sandbox.base))
    sandbox.control("reset")
    for platform in hosts.CALLBACKS:
        sandbox.register(platform, hosts.CALLBACKS[platform])
    return sandbox
