"""How much memory the machine, or the container, still has for runs."""

from pathlib import Path

import psutil

CGROUPS = Path("/sys/fs/cgroup")
# (folder, limit, in use, the line of memory.stat that counts what the kernel gives back at need)
VERSIONS = (
    ("", "memory.max", "memory.current", "inactive_file"),  # version 2
    ("memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)


def available_bytes() -> int:
    """What new processes may take before the machine swaps or the container is killed."""
    free: int = psutil.virtual_memory().available
    return min([free, *left_in_containers(CGROUPS)])


def left_in_containers(root: Path) -> list[int]:
    """What the limits of the container that this process is in leave, where there are any."""
    found = []
    for folder, limit, used, inactive in VERSIONS:
        try:
            most = (root / folder / limit).read_text().strip()
            current = int((root / folder / used).read_text())
            lines = (root / folder / "memory.stat").read_text().split("\n")
        except (OSError, ValueError):
            continue
        if most.isdecimal():  # "max" is none
            stat = dict(line.split(" ") for line in lines if " " in line)
            found.append(int(most) - current + int(stat.get(inactive, 0)))
    return found
