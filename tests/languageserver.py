"""A client for a YAML language server, as an editor is one: JSON-RPC over its stdin and stdout."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

PATIENCE = 60.0  # seconds that a message is waited for; node takes two to begin on a busy machine
SETTINGS = {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False, "url": ""}}
Message = dict[str, Any]


class LanguageServer:
    """One that runs; files are opened by path, and what they say is given, so that none has to be on the disk."""

    def __init__(self, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        self._stdin = stdin
        self._numbers = iter(range(1, 1_000_000))
        self._said: queue.Queue[Message | None] = queue.Queue()
        self._versions: dict[str, int] = {}
        threading.Thread(target=self._listen, args=(stdout,), daemon=True).start()

    def begin(self, folder: Path) -> None:
        """The handshake of an editor that has a folder open."""
        capabilities = {
            "workspace": {"configuration": True, "didChangeConfiguration": {"dynamicRegistration": True}},
            "textDocument": {
                "publishDiagnostics": {"relatedInformation": True},
                "hover": {"contentFormat": ["markdown", "plaintext"]},
                "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}},
            },
        }
        uri = folder.as_uri()
        folders = [{"uri": uri, "name": folder.name}]
        self.ask("initialize", processId=None, rootUri=uri, workspaceFolders=folders, capabilities=capabilities)
        self._send(method="initialized", params={})
        # Only then is each text looked at once: new settings would have it looked at again.
        self._await(lambda said: said.get("method") == "workspace/configuration")

    def problems(self, path: Path, text: str | None = None) -> list[Message]:
        """What the server finds wrong with a file, or with a text in its place."""
        uri = path.as_uri()
        self.open(path, text)
        about = (uri, "textDocument/publishDiagnostics")
        said = self._await(lambda said: (said.get("params", {}).get("uri"), said.get("method")) == about)
        found: list[Message] = said["params"]["diagnostics"]
        return sorted(found, key=lambda problem: problem["range"]["start"]["line"])

    def open(self, path: Path, text: str | None = None) -> None:
        """Show the server a file, or another text of one that it has seen."""
        uri, text = path.as_uri(), path.read_text(encoding="utf-8") if text is None else text
        version = self._versions[uri] = self._versions.get(uri, 0) + 1
        if version == 1:
            document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
            self._send(method="textDocument/didOpen", params={"textDocument": document})
        else:
            document = {"uri": uri, "version": version}
            self._send(
                method="textDocument/didChange", params={"textDocument": document, "contentChanges": [{"text": text}]}
            )

    def completion(self, path: Path, line: int, character: int) -> list[Message]:
        """What the server offers at a place, both counted from 0."""
        found = self.ask("textDocument/completion", **_at(path, line, character))
        items: list[Message] = found["items"] if isinstance(found, dict) else found or []
        return items

    def hover(self, path: Path, line: int, character: int) -> str:
        """What the server says of a place."""
        found = self.ask("textDocument/hover", **_at(path, line, character))
        return str(found["contents"]["value"]) if found else ""

    def ask(self, method: str, **params: object) -> Any:
        """The result of a request."""
        number = next(self._numbers)
        self._send(id=number, method=method, params=params)
        answer = self._await(lambda said: said.get("id") == number and "method" not in said)
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def end(self) -> None:
        """The end as an editor brings it about."""
        self.ask("shutdown")
        self._send(method="exit")

    def _await(self, wanted: Callable[[Message], bool]) -> Message:
        """The first message that is wanted; the server's own questions are answered on the way."""
        while True:
            said = self._said.get(timeout=PATIENCE)
            assert said is not None, "the language server has ended"
            if "id" in said and "method" in said:
                self._send(id=said["id"], result=_answer(said))
            if wanted(said):
                return said

    def _send(self, **message: object) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._stdin.flush()

    def _listen(self, stdout: IO[bytes]) -> None:
        length = 0
        for line in iter(stdout.readline, b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
            elif not line.strip():
                self._said.put(json.loads(stdout.read(length)))
        self._said.put(None)


@contextmanager
def serving(command: list[str], folder: Path) -> Iterator[LanguageServer]:
    """A language server with a folder open, until it is no longer needed."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdin
    assert process.stdout
    try:
        server = LanguageServer(process.stdin, process.stdout)
        server.begin(folder)
        yield server
        server.end()
        process.wait(PATIENCE)
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def _at(path: Path, line: int, character: int) -> Message:
    return {"textDocument": {"uri": path.as_uri()}, "position": {"line": line, "character": character}}


def _answer(asked: Message) -> object:
    """What an editor says to a server's question: the settings, or that all is well."""
    if asked["method"] != "workspace/configuration":
        return None
    return [SETTINGS if item.get("section") == "yaml" else {} for item in asked["params"]["items"]]
