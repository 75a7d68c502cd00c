"""A script that tries to get out of its sandbox and says how far it came, as JSON."""

import ctypes
import json
import os
import socket
import sys

if "AGAIN" in os.environ:
    sys.exit(0)  # an attack has come so far

libc = ctypes.CDLL(None, use_errno=True)
EXECVEAT = {"x86_64": 322, "aarch64": 281}[os.uname().machine]
AT_EMPTY_PATH = 0x1000


def execute_descriptors():
    """Executes whatever is open, as the interpreter was executed."""
    arguments = (ctypes.c_char_p * 4)(b"python3", b"-c", b"", None)
    environment = (ctypes.c_char_p * 2)(b"AGAIN=1", None)
    for fd in list(range(0, 64)) + [1000]:
        libc.syscall(EXECVEAT, fd, b"", arguments, environment, AT_EMPTY_PATH)
    raise PermissionError


def execute_own_interpreter():
    fd = os.open(os.environ["INTERPRETER"], os.O_RDONLY)
    try:
        os.dup2(fd, 1000)
    except OSError:
        pass  # it has another number
    execute_descriptors()


def start(function):
    """Makes a process, which is enough: nothing here may make one."""
    child = os.fork()
    if child == 0:
        try:
            function()
        finally:
            os._exit(1)
    if os.waitpid(child, 0)[1] != 0:
        raise PermissionError


ATTACKS = {
    "read a file of the system": lambda: open("/etc/passwd").read(),
    "read a file of the user": lambda: open(os.environ["SECRET"]).read(),
    "write beside its socket": lambda: open(os.path.join(os.environ["SOCKETS"], "file"), "wb", buffering=0).write(b"x"),
    "change its own text": lambda: open(sys.argv[0], "r+b").write(b"#"),
    "change its interpreter's library": lambda: open(os.__file__, "r+b").write(b"#"),
    "make a process": lambda: start(lambda: os._exit(0)),
    "start a program": lambda: start(lambda: os.execv("/usr/bin/true", ["true"])),
    "start a library's loader": lambda: start(lambda: os.execv(os.environ["LOADER"], ["loader", "/usr/bin/true"])),
    "start its interpreter": lambda: start(lambda: os.execv(os.environ["INTERPRETER"], ["python3", "-c", ""])),
    "execute what it has open": lambda: start(execute_descriptors),
    "execute what it opens": lambda: start(execute_own_interpreter),
    "make an internet socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "make a file in memory": lambda: os.memfd_create("x"),
}

result = {"arguments": sys.argv, "environment": sorted(os.environ), "succeeded": []}
with open(sys.argv[0], "rb") as text:
    result["text"] = text.readline().decode()
for name, attack in ATTACKS.items():
    try:
        attack()
        result["succeeded"].append(name)
    except OSError:
        pass
print(json.dumps(result), flush=True)

# Once more without making a process first, because that is what some failed at. One that
# succeeds ends this program with another exit status.
for attack in (execute_descriptors, execute_own_interpreter, lambda: os.execv("/usr/bin/true", ["true"])):
    try:
        attack()
    except OSError:
        pass
sys.exit(42)
