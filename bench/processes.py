"""What a process takes of the machine: unlike the time it takes, the same beside others that work."""

from pathlib import Path


def processor_seconds(pid: int) -> float:
    """Return what a process has taken of the processors, all its threads together."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
