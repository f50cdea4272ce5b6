"""What commands and WebFetch may reach.

The sandbox's proxy refuses names that resolve to this computer, to link-local or to metadata addresses by itself. Bare
addresses it takes at their word, so with every domain allowed a command reaches the daemon through it: measured. That
is why "all" is no allow-list of everything: the CLI asks for each host, and is answered here.
"""

import ipaddress
import socket
from typing import Any, Final
from urllib.parse import urlsplit

import psutil

from machine.domain.profile import Network

ASKED_AS: Final = "SandboxNetworkAccess"
"""The tool under whose name the CLI asks whether a sandboxed command may reach a host."""

_METADATA: Final = frozenset({"100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254"})


def sandbox_network(network: Network, *, asks: bool) -> dict[str, Any]:
    """The sandbox's settings for it. Without `asks`, the CLI runs in a mode in which it asks nobody for anything."""
    if network == "none":
        return {"allowedDomains": [], "strictAllowlist": True}
    if network != "all":
        return {"allowedDomains": list(network), "strictAllowlist": True}
    if asks:
        return {"allowedDomains": []}
    return {"allowedDomains": ["*"], "deniedDomains": ["localhost", "*.localhost", *_own_addresses(), *_METADATA]}


def objection_to_host(host: str, network: Network, *, port: int | None = None) -> str | None:
    """Why a host may not be reached, as a sentence for the agent; None when it may. Blocking: some microseconds."""
    name = host.strip("[]").rstrip(".").lower()
    if network == "none":
        return f"{name} was refused: this task reaches no network."
    if network != "all":
        if any(_means(entry.lower(), name, port) for entry in network):
            return None
        return f"{name} was refused: this task reaches {', '.join(network)[:500]} and nothing else."
    if name == "localhost" or name.endswith(".localhost") or _is_closed(name):
        return f"{name} was refused: it is this computer itself, or its provider's."
    return None


def objection_to_url(url: str, network: Network) -> str | None:
    """The same for an address of the web."""
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host, port = parts.hostname or "", parts.port or (80 if parts.scheme == "http" else 443)
    except ValueError:
        return "That address cannot be read."
    return objection_to_host(host, network, port=port)


def _means(entry: str, name: str, port: int | None) -> bool:
    domain, _, only = entry.partition(":")
    if only and port is not None and only != str(port):
        return False
    return name.endswith(domain[1:]) if domain.startswith("*.") else name == domain


def _is_closed(name: str) -> bool:
    """Whether that is an address of this computer, or one that only means something to it."""
    try:
        found = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        try:
            # 127.1, 0x7f000001 and their like, as programs written in C read them.
            found = ipaddress.ip_address(socket.inet_aton(name))
        except (OSError, ValueError):
            return False
    found = getattr(found, "ipv4_mapped", None) or found
    if found.is_loopback or found.is_link_local or found.is_unspecified or found.is_multicast:
        return True
    return str(found) in _METADATA or str(found) in _own_addresses() or str(found).startswith("0.")


def _own_addresses() -> tuple[str, ...]:
    """Of this computer's network interfaces."""
    families = (socket.AF_INET, socket.AF_INET6)
    found = (one for addresses in psutil.net_if_addrs().values() for one in addresses if one.family in families)
    return tuple(dict.fromkeys(("127.0.0.1", "::1", "0.0.0.0", *(one.address.partition("%")[0] for one in found))))  # noqa: S104 - to be refused
