"""A real git server on loopback: smart HTTP through `git http-backend`, with or without a password."""

import base64
import contextlib
import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

AUTHOR = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com", "-c", "init.defaultBranch=main")
QUIET = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "PATH": os.environ["PATH"]}


def git(*arguments: str, cwd: Path) -> str:
    """Run git as a person would, and return what it says. Blocking."""
    ran = subprocess.run(["git", *AUTHOR, *arguments], cwd=cwd, env=QUIET, check=True, capture_output=True, text=True)
    return ran.stdout.strip()


@dataclass
class GitServer:
    """Serves the bare repositories in `root`; `refuse` are statuses to answer the next requests with."""

    root: Path
    password: str | None = None
    refuse: list[int] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)
    """Unset: packs are held back until it is set."""
    redirect: str | None = None
    """Where everybody is sent, instead of an answer."""
    seen: list[str] = field(default_factory=list)
    passwords: list[str] = field(default_factory=list)
    """Those that were offered."""
    port: int = 0

    def __post_init__(self) -> None:
        self.hold.set()

    def url(self, name: str = "app.git") -> str:
        return f"http://127.0.0.1:{self.port}/{name}"

    def repository(self, name: str = "app.git", files: dict[str, str] | None = None) -> Path:
        """A new bare repository with one commit on `main`; returns a clone of it to work in. Blocking."""
        bare = self.root / name
        git("init", "-q", "--bare", str(bare), cwd=self.root)
        git("config", "http.receivepack", "true", cwd=bare)
        work = self.root.parent / f"work-{name}"
        git("clone", "-q", str(bare), str(work), cwd=self.root)
        commit(work, files or {"README.md": "Hello.\n"})
        git("push", "-q", "origin", "HEAD:refs/heads/main", cwd=work)
        return work

    def heads(self, name: str = "app.git") -> dict[str, str]:
        """Refs and commits of a repository. Blocking."""
        lines = git("for-each-ref", "--format=%(refname) %(objectname)", cwd=self.root / name).splitlines()
        return dict(line.split(" ", 1) for line in lines)  # each line has both


def commit(work: Path, files: dict[str, str], message: str = "Change") -> str:
    """Write files, commit them, and return the commit. Blocking."""
    for path, text in files.items():
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_text(text)
    git("add", "-A", cwd=work)
    git("commit", "-q", "-m", message, cwd=work)
    return git("rev-parse", "HEAD", cwd=work)


@contextlib.contextmanager
def git_server(folder: Path, *, password: str | None = None) -> Iterator[GitServer]:
    """Serve what is put into `folder/served`; any user with `password` may read and write, where there is one."""
    (folder / "served").mkdir(parents=True)
    server = GitServer(folder / "served", password)

    class Handler(_Handler):
        state = server

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.port = http.server_address[1]
    thread = threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.hold.set()
        http.shutdown()
        thread.join(10)
        http.server_close()


class _Handler(BaseHTTPRequestHandler):
    state: GitServer

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _serve(self) -> None:
        self.state.seen.append(self.path)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.state.refuse:
            self.send_error(self.state.refuse.pop(0))
            return
        if self.state.redirect:
            self.send_response(302)
            self.send_header("Location", self.state.redirect + self.path.removeprefix("/app.git"))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        user = self._user()
        if user is None:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if self.path.endswith("/git-upload-pack"):
            self.state.hold.wait(60)
        self._answer(self._backend(user, body))

    def _user(self) -> str | None:
        """Who asks; None for a wrong password."""
        kind, _, said = self.headers.get("authorization", "").partition(" ")
        user, _, password = base64.b64decode(said).decode().partition(":") if kind == "Basic" else ("", "", "")
        self.state.passwords += [password] if password else []
        if self.state.password is None:
            return "anybody"
        return user if password == self.state.password else None

    def _backend(self, user: str, body: bytes) -> bytes:
        path, _, query = self.path.partition("?")
        environment = {
            **QUIET,
            "GIT_PROJECT_ROOT": str(self.state.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REMOTE_USER": user,
            "CONTENT_TYPE": self.headers.get("content-type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("content-encoding", ""),
            "GIT_PROTOCOL": self.headers.get("git-protocol", ""),
        }
        ran = subprocess.run(["git", "http-backend"], env=environment, input=body, check=False, capture_output=True)
        return ran.stdout

    def _answer(self, said: bytes) -> None:
        head, _, content = said.partition(b"\r\n\r\n")
        fields = [line.split(": ", 1) for line in head.decode().splitlines()]
        status = next((int(value[:3]) for name, value in fields if name == "Status"), 200)
        with contextlib.suppress(ConnectionError):
            self.send_response(status)
            for name, value in fields:
                if name != "Status":
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
