"""Where this machine is in its network, without asking anyone."""

import socket
from ipaddress import ip_address


def lan_address() -> str | None:
    """This machine's address as the others in the room see it, if it is in a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: it only chooses the interface
            found = str(probe.getsockname()[0])
        except OSError:  # no default route: a room's router without internet gives one, though
            try:
                found = socket.gethostbyname(socket.gethostname())
            except OSError:
                return None
    return None if ip_address(found).is_loopback else found


def is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
