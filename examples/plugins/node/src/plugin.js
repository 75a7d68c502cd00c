"use strict";
// A plugin of sz that stores secrets, one file each.

const crypto = require("crypto");
const fs = require("fs");
const path = require("path");
const { serve, Fault } = require("./protocol");

// description is what the plugin says of itself. It is the same each time.
const description = {
  name: "shelf",
  version: "0.1.0",
  summary: "secrets in files of their own",
  generators: [],
  providers: [{
    kind: "shelf",
    summary: "files of the project",
    config: { attributes: [], rules: [] },
    permissions: [{ write_from: "config.path", reason: "to store secrets there" }],
    targets: [{
      kind: "shelf_file",
      summary: "a file that holds one secret",
      capabilities: ["CAPABILITY_INSPECT", "CAPABILITY_READ", "CAPABILITY_CHALLENGE", "CAPABILITY_RETIRE"],
      config: {
        rules: [],
        attributes: [{ name: "path", type: { kind: "VALUE_KIND_STRING" }, description: "the file, relative to the Secretfile", required: true, identity: true }],
      },
    }],
  }],
};

// Shelf is an open provider. A revision is which file it is, and the time of its last
// write: it tells one write from another, which makes another file, and holds nothing of
// the value.
class Shelf {
  constructor(root) {
    this.root = root;
  }

  address(config) {
    return config.path;
  }

  look(place) {
    const file = path.join(this.root, place.config.path);
    try {
      const { ino, mtimeNs } = fs.statSync(file, { bigint: true });
      const revision = `${ino.toString(36)}.${mtimeNs.toString(36)}`;
      return { file, value: fs.readFileSync(file), revision };
    } catch (err) {
      if (err.code === "ENOENT") return { file, value: null, revision: "" };
      throw err;
    }
  }

  write(place, value, expect) {
    const there = this.look(place);
    if (there.value && there.value.equals(value)) {
      return { outcome: "WRITE_OUTCOME_UNCHANGED", receipt: { version: 1, revision: there.revision } };
    }
    const expected = expect.before === "receipt" ? expect.receipt.revision : "";
    if (there.revision !== expected) {
      throw new Fault("CONFLICT", "precondition-failed", `${place.config.path} was changed since the plan was made`, { hint: "plan again" });
    }
    // In one step: killed in the middle, it leaves the file as it was.
    fs.writeFileSync(`${there.file}.new`, value, { mode: 0o600 });
    fs.renameSync(`${there.file}.new`, there.file);
    return { outcome: "WRITE_OUTCOME_APPLIED", receipt: { version: 1, revision: this.look(place).revision } };
  }

  inspect(place, receipt, challenge) {
    const { value, revision } = this.look(place);
    if (!revision) return { presence: "PRESENCE_ABSENT" };
    const state = { presence: "PRESENCE_PRESENT", receipt: { version: 1, revision }, receipt_match: "RECEIPT_MATCH_CANNOT_TELL" };
    if (receipt && receipt.revision) state.receipt_match = receipt.revision === revision ? "RECEIPT_MATCH_MATCHES" : "RECEIPT_MATCH_DIFFERS";
    if (challenge) {
      state.comparison = crypto.createHmac("sha256", challenge.key).update(`sz-inspect-1\0${challenge.address}\0`).update(value).digest();
    }
    return state;
  }

  read(place) {
    const { value, revision } = this.look(place);
    if (!revision) throw new Fault("NOT_FOUND", "not-found", `${place.config.path} is not there`);
    return { value, receipt: { version: 1, revision } };
  }

  remove(place) {
    fs.rmSync(this.look(place).file);
  }
}

serve({ description, open: async (config, root) => new Shelf(root) });
