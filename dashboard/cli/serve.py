"""The command `serve`: the dashboard in a browser, on a sample where nothing is configured."""

import argparse
import contextlib
import os
import socket
import subprocess
import sys

from dashboard import warehouse
from dashboard.cli.arguments import Command, port_number
from dashboard.cli.build import build_all
from dashboard.cli.common import SAMPLE, config_of, keep_private, say
from dashboard.definitions import deployment
from dashboard.errors import PortTaken
from dashboard.paths import ROOT, with_product

SAMPLES_COMMENT = "# The samples, served while nothing else is configured: a data folder for each programme."


def add(command: Command) -> None:
    """Add the command of this module."""
    serve = command(_serve, "serve", "啟動儀表板；沒有設定時使用示範資料")
    serve.add_argument("--port", type=port_number, default=8501)


def _serve(options: argparse.Namespace) -> int:
    """Serve on loopback. With nothing configured the samples are made and built first."""
    _check_port(options.port)
    config = config_of(options)
    warehouse.sweep_trials(config.warehouse)
    if not config.configured or config.place.parent == SAMPLE.absolute():
        config = _make_samples()
        _build_missing(config)
    environment = {**os.environ, deployment.VARIABLE: str(config.place)}
    if not warehouse.programmes_in(config.warehouse):
        build_all(config)
    keep_private(config.warehouse)
    for name in warehouse.programmes_in(config.warehouse):
        # Where it fails, the build that is under way does it, or the next one.
        with contextlib.suppress(warehouse.BuildError):
            warehouse.adopt(config.warehouse, name)
    command = [sys.executable, "-m", "dashboard.server", str(options.port)]
    environment = with_product(environment)
    if os.name == "posix":
        # The same process, so that whoever stops the command stops the server.
        os.chdir(ROOT)
        os.execve(sys.executable, command, environment)
    try:
        return subprocess.call(command, env=environment, cwd=ROOT)
    except KeyboardInterrupt:
        return 0


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            raise PortTaken(port) from None


def _make_samples() -> deployment.Config:
    """A sample of each programme that has one, in a data folder of its own, all in one warehouse."""
    from dashboard import sample

    SAMPLE.mkdir(exist_ok=True)
    file = SAMPLE / deployment.FILE
    if not file.is_file():
        folders = "".join(f'{name} = "data/{name}"\n' for name in sample.WRITERS)
        file.write_text(f"{SAMPLES_COMMENT}\n[data]\n{folders}", encoding="utf-8")
    config = deployment.load(SAMPLE)
    for name, write in sample.WRITERS.items():
        if name in config.folders and not config.folders[name].is_dir():
            say(f"沒有設定資料夾，先產生示範資料：{name}…")
            write(config.folders[name])
    return config


def _build_missing(config: deployment.Config) -> None:
    """Only what has no snapshot: a start that was interrupted goes on where it stopped."""
    there = warehouse.programmes_in(config.warehouse)
    missing = tuple(name for name in config.programmes or config.folders if name not in there)
    if missing:
        build_all(deployment.with_folders(config, missing, None, None))
