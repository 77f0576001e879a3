"""Where this machine is in its networks, without asking anyone."""

import os
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

# Interfaces of machines in this machine, and of tunnels to elsewhere: nobody in the room is there.
VIRTUAL = ("docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "cni", "flannel", "podman", "lxc")
TUNNELS = ("tun", "tap", "utun", "wg", "ppp", "tailscale", "zt", "ipsec")
EVERYWHERE = {"0.0.0.0", "::", ""}  # what a server listens on for all its addresses
IN_CONTAINER = ("/.dockerenv", "/run/.containerenv")


@dataclass(frozen=True)
class Machine:
    """`addresses` by which others may reach it, the likeliest first; `own` are all it has. In a
    `container` its own addresses reach no further than to the container's host.
    """

    addresses: list[str]
    own: set[str]
    container: bool


def this_machine() -> Machine:
    """What is known of this machine now: networks come and go."""
    import psutil  # here, so that `vitrine --version` loads nothing

    contained = in_container()
    try:
        up = {name for name, state in psutil.net_if_stats().items() if state.isup}
        interfaces = psutil.net_if_addrs()
    except (OSError, NotImplementedError):  # a system that does not tell
        out = [found for found in [way_out()] if found]
        return Machine([] if contained else out, set(out), contained)
    rows = [(name, row.address) for name, rows in interfaces.items() for row in rows]
    addresses = likeliest_first([row for row in rows if row[0] in up], way_out())
    own = {address for _, address in rows}
    return Machine([] if contained else addresses, own, contained)


def listened_at(host: str, machine: Machine) -> list[str]:
    """The addresses by which others reach a server that listens on `host`, the likeliest first."""
    if host not in EVERYWHERE:
        return [] if is_local(host) else [host]
    # 0.0.0.0 is every address of IPv4 only.
    return [one for one in machine.addresses if host != "0.0.0.0" or ":" not in one]


def in_container() -> bool:
    """Whether this process runs in a container, as Docker, Podman and Kubernetes mark them."""
    told = "KUBERNETES_SERVICE_HOST" in os.environ or "container" in os.environ
    return told or any(Path(path).exists() for path in IN_CONTAINER)


def likeliest_first(rows: list[tuple[str, str]], out: str | None) -> list[str]:
    """Addresses that others may reach, of interfaces and their addresses: the way `out`, then other
    networks, tunnels last. None of the loopback, of a single link or of virtual machines.
    """
    ranked = {
        (rank(name, address, out), str(address))
        for name, text in rows
        if not name.startswith(VIRTUAL) and (address := reachable(text)) is not None
    }
    return list(dict.fromkeys(text for _, text in sorted(ranked)))


def rank(name: str, address: IPv4Address | IPv6Address, out: str | None) -> int:
    if str(address) == out:
        return 0
    return 1 + (address.version == 6) + 2 * name.startswith(TUNNELS)


def reachable(text: str) -> IPv4Address | IPv6Address | None:
    """An interface's address where others can type it; None for hardware addresses, too."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    closed = address.is_loopback or address.is_link_local or address.is_unspecified
    return None if closed or address.is_multicast else address


def way_out() -> str | None:
    """The address by which this machine leaves its network, if it is in one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: it only chooses the interface
            found = str(probe.getsockname()[0])
        except OSError:  # no default route: a room's router without internet gives one, though
            return None
    return None if is_local(found) else found


def is_local(host: str) -> bool:
    """Whether a name or address means only the machine that says it: 0.0.0.0 does, in an address
    bar, as localhost does.
    """
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def bracketed(host: str) -> str:
    """An address as it stands in a URL."""
    return f"[{host}]" if ":" in host else host
