"""A tool that cannot be had skips its tests and says why; npm's registry apart, nothing here leaves loopback."""

import hashlib
import shutil

import pytest
from outside_tools import HERE, NodeTools, Uninstallable, install


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "outside: runs a tool of somebody else's as a process of its own; seconds each")


@pytest.fixture(scope="session")
def node_tools() -> NodeTools:
    """The tools from npm, at the exact versions of package.json, installed unless they are there already."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("node and npm are not installed, so nothing from npm can be tried")
    # Several workers share one installation, so one of them installs while the others wait.
    fcntl = pytest.importorskip("fcntl", reason="files cannot be locked here, and npm must not run twice at once")
    modules = HERE / "node_modules"
    modules.mkdir(exist_ok=True)
    wanted = hashlib.sha256((HERE / "package.json").read_bytes()).hexdigest()
    stamp = modules / ".troth-installed"
    with (modules / ".troth-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != wanted:
            try:
                install(npm)
            except Uninstallable as problem:
                pytest.skip(str(problem))
            stamp.write_text(wanted)
    return NodeTools(node, modules)
