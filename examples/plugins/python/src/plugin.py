"""A plugin of sz that stores secrets, one file each."""

import hashlib
import hmac
import os

from protocol import Fault, serve

# What the plugin says of itself. It is the same each time.
DESCRIPTION = {
    "name": "shelf",
    "version": "0.1.0",
    "summary": "secrets in files of their own",
    "providers": [{
        "kind": "shelf",
        "summary": "files of the project",
        "config": {"attributes": []},
        "permissions": [{"write_from": "config.path", "reason": "to store secrets there"}],
        "targets": [{
            "kind": "shelf_file",
            "summary": "a file that holds one secret",
            "capabilities": ["CAPABILITY_INSPECT", "CAPABILITY_READ", "CAPABILITY_CHALLENGE", "CAPABILITY_RETIRE"],
            "config": {"attributes": [
                {"name": "path", "type": {"kind": "VALUE_KIND_STRING"}, "description": "the file, relative to the Secretfile", "required": True, "identity": True},
            ]},
        }],
    }],
}


class Shelf:
    """An open provider. Each method gets a place: its address and its configuration.

    Calls come side by side in one thread: between the lines of a method nothing else
    happens but where it waits. Let what takes long wait with asyncio."""

    def __init__(self, root):
        self.root = root

    def address(self, config, item):
        return os.path.normpath(config["path"])

    def look(self, config):
        """The file, what is in it, and its revision: which file it is, and the time of its
        last write. It tells one write from another, which makes another file, and holds
        nothing of the value."""
        path = os.path.join(self.root, config["path"])
        try:
            with open(path, "rb") as file:
                info = os.fstat(file.fileno())
                return path, file.read(), f"{info.st_ino:x}.{info.st_mtime_ns:x}"
        except FileNotFoundError:
            return path, None, ""

    async def write(self, place, value, expected, mark):
        _, config = place
        path, there, revision = self.look(config)
        if there == value:
            return {"outcome": "WRITE_OUTCOME_UNCHANGED", "receipt": {"version": 1, "revision": revision}}
        if revision != expected:  # which is "" when nothing should be there
            raise Fault("CONFLICT", "precondition-failed", f"{config['path']} was changed since the plan was made", hint="plan again")
        # In one step: killed in the middle, it leaves the file as it was.
        with open(os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(value)
        os.replace(path + ".new", path)
        return {"outcome": "WRITE_OUTCOME_APPLIED", "receipt": {"version": 1, "revision": self.look(config)[2]}}

    async def inspect(self, place, receipt, challenge):
        address, config = place
        _, value, revision = self.look(config)
        if not revision:
            return {"presence": "PRESENCE_ABSENT"}
        match = "CANNOT_TELL" if not receipt else "MATCHES" if receipt == revision else "DIFFERS"
        state = {"presence": "PRESENCE_PRESENT", "receipt": {"version": 1, "revision": revision}, "receipt_match": "RECEIPT_MATCH_" + match}
        if challenge:
            state["comparison"] = hmac.new(challenge, b"sz-inspect-1\0" + address.encode() + b"\0" + value, hashlib.sha256).digest()
        return state

    async def read(self, place):
        _, value, revision = self.look(place[1])
        if not revision:
            raise Fault("NOT_FOUND", "not-found", f"{place[1]['path']} is not there")
        return value, {"version": 1, "revision": revision}

    async def remove(self, place):
        os.remove(self.look(place[1])[0])


async def open_provider(config, root):
    return Shelf(root)


def main():
    serve(DESCRIPTION, open_provider)
