"""Where the CLI renews and makes logins, on loopback: a proxy that answers for the account's servers itself.

The CLI knows their addresses by heart. So it is given a proxy (HTTPS_PROXY), as in a company, and the certificate
authority of that proxy (NODE_EXTRA_CA_CERTS), made anew for each test. Nothing leaves the computer.
"""

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOSTS = ("platform.claude.com", "api.anthropic.com", "claude.ai", "claude.com")
PEM = serialization.Encoding.PEM


class AccountServer:
    """Gives a fresh token for each renewal and each code but `wrong`; refuses all while `dead`."""

    def __init__(self, folder: Path) -> None:
        self.authority = folder / "authority.pem"
        self.dead = False
        self.renewals: list[dict[str, Any]] = []
        """Bodies of the requests for tokens."""
        self.port = 0
        self._tls = _certificates(folder, self.authority)

    @property
    def environ(self) -> dict[str, str]:
        """What leads a CLI here."""
        url = f"http://127.0.0.1:{self.port}"
        return {"HTTPS_PROXY": url, "NO_PROXY": "127.0.0.1", "NODE_EXTRA_CA_CERTS": str(self.authority)}

    @contextlib.asynccontextmanager
    async def serve(self) -> AsyncIterator["AccountServer"]:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            await writer.drain()
            await writer.start_tls(self._tls)
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                sizes = [line.partition(":")[2] for line in head.split("\r\n") if line.lower().startswith("content-le")]
                sent = await reader.readexactly(int(sizes[0]) if sizes else 0)
                status, said = await self._answer(head.split()[1], sent)
                body = json.dumps(said).encode()
                writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: {len(body)}\r\n".encode())
                writer.write(b"content-type: application/json\r\n\r\n" + body)
                await writer.drain()
        writer.close()

    async def _answer(self, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        if not path.startswith("/v1/oauth/token"):
            return 404, {"error": {"type": "not_found_error", "message": "not here"}}
        asked = json.loads(body)
        self.renewals.append(asked)
        number = len(self.renewals)
        await asyncio.sleep(0.3)  # long enough for others to want the same meanwhile
        if self.dead or asked.get("code") == "wrong":
            return 400, {"error": "invalid_grant", "error_description": "no"}
        tokens = {"access_token": f"fresh-access-{number}", "refresh_token": f"fresh-refresh-{number}"}
        return 200, {**tokens, "token_type": "Bearer", "expires_in": 28800, "scope": "user:inference user:profile"}


def _certificates(folder: Path, authority: Path) -> ssl.SSLContext:
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
    key, own_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

    def certificate(name: x509.Name, public: ec.EllipticCurvePublicKey, *, ca: bool) -> x509.Certificate:
        now = datetime.now(UTC)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(public)
        made = made.serial_number(x509.random_serial_number())
        made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS])
        made = made.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        return made.add_extension(names, critical=False).sign(key, hashes.SHA256())

    authority.write_bytes(certificate(issuer, key.public_key(), ca=True).public_bytes(PEM))
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOSTS[0])])
    private = own_key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    chain = folder / "server.pem"
    chain.write_bytes(certificate(own, own_key.public_key(), ca=False).public_bytes(PEM) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context
