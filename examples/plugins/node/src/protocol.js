"use strict";
// The protocol of sz's plugins, as docs/plugin-protocol.md describes it: the handshake,
// the credentials, and the services Plugin, Generators and Targets. What a plugin does is
// in plugin.js; nothing in here knows it.

const fs = require("fs");
const net = require("net");
const path = require("path");
const { isUtf8 } = require("buffer");
const grpc = require("@grpc/grpc-js");
const protobuf = require("protobufjs");
const loader = require("@grpc/proto-loader");

// The contract is bundled as text, so that the plugin is one file.
const contract = [
  require("../proto/sz/plugin/v1/value.proto"),
  require("../proto/sz/plugin/v1/diagnostic.proto"),
  require("../proto/sz/plugin/v1/schema.proto"),
  require("../proto/sz/plugin/v1/plugin.proto"),
  require("../proto/sz/plugin/v1/generators.proto"),
  require("../proto/sz/plugin/v1/targets.proto"),
];

function services() {
  const root = new protobuf.Root();
  for (const name of ["duration", "timestamp"]) {
    root.addJSON(protobuf.common.get(`google/protobuf/${name}.proto`).nested);
  }
  for (const text of contract) protobuf.parse(text, root, { keepCase: true });
  const options = { keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true };
  return loader.fromJSON(root.toJSON({ keepComments: false }), options);
}

// credentials reads the plugin's half of the TLS identities from the inherited pipe: three
// parts, each behind its length in four bytes: certificate, PKCS #8 key, and the only
// certificate to trust, all in DER.
function credentials() {
  const fd = Number(process.env.SZ_PLUGIN_CREDENTIALS_FD);
  if (!(fd >= 3)) throw new Error("this program is a plugin of sz, and is started by it");
  const exactly = (n) => {
    const out = Buffer.alloc(n);
    for (let at = 0; at < n; ) {
      const got = fs.readSync(fd, out, at, n - at, null);
      if (got === 0) throw new Error("credentials: the pipe ended");
      at += got;
    }
    return out;
  };
  const part = () => exactly(exactly(4).readUInt32BE(0));
  const pem = (label, der) =>
    Buffer.from(`-----BEGIN ${label}-----\n${der.toString("base64").match(/.{1,64}/g).join("\n")}\n-----END ${label}-----\n`);
  const [certificate, key, peer] = [part(), part(), part()];
  // The host holds its end for as long as it lives. When it closes, there is nobody left
  // to serve. A socket waits in the event loop; a file would wait in a thread, and the end
  // of the process for that.
  const lifeline = new net.Socket({ fd, readable: true, writable: false });
  lifeline.on("end", () => process.exit(0)).on("error", () => process.exit(0)).resume();
  return grpc.ServerCredentials.createSsl(
    pem("CERTIFICATE", peer),
    [{ private_key: pem("PRIVATE KEY", key), cert_chain: pem("CERTIFICATE", certificate) }],
    true, // the host must show its certificate
  );
}

// serve announces the plugin on standard output and answers until the host ends it. A
// plugin is its description; open(config, root), which gives an object with the methods of
// Shelf in plugin.js; and generators, objects with check(config) and generate(config) by
// their kinds.
function serve(plugin) {
  const v1 = services();
  const server = new grpc.Server({ "grpc.max_receive_message_length": 4 << 20, "grpc.max_send_message_length": 4 << 20 });
  const session = { begun: false, provider: null };
  server.addService(v1["sz.plugin.v1.Plugin"], pluginService(plugin, session));
  server.addService(v1["sz.plugin.v1.Generators"], generatorsService(plugin, session));
  server.addService(v1["sz.plugin.v1.Targets"], targetsService(plugin, session));
  server.addService(controller, {
    // go-plugin's way to end a plugin in an orderly way.
    shutdown: (call, answer) => {
      answer(null, {});
      setTimeout(() => process.exit(0), 50); // when the answer has gone
    },
  });
  const socket = path.join(process.env.PLUGIN_UNIX_SOCKET_DIR, "plugin.sock");
  server.bindAsync(`unix:${socket}`, credentials(), (err) => {
    if (err) throw err;
    process.stdout.write(`1|1|unix|${socket}|grpc|\n`);
  });
}

const nothing = { requestSerialize: () => Buffer.alloc(0), requestDeserialize: (b) => b, responseSerialize: () => Buffer.alloc(0), responseDeserialize: (b) => b };
const controller = { shutdown: { path: "/plugin.GRPCController/Shutdown", requestStream: false, responseStream: false, ...nothing } };

// Fault is an error for a person: thrown anywhere, it becomes a diagnostic.
class Fault extends Error {
  constructor(kind, code, summary, more = {}) {
    super(summary);
    this.diagnostic = { severity: "SEVERITY_ERROR", class: `CLASS_${kind}`, code, summary, detail: "", hint: more.hint || "", path: (more.path || []).map((key) => ({ key })) };
  }
}

const diagnosticsOf = (err) => [
  err instanceof Fault
    ? err.diagnostic
    : { severity: "SEVERITY_ERROR", class: "CLASS_INTERNAL", code: "plugin-error", summary: `the plugin failed: ${err.code || err.name}`, path: [] },
];

// unary answers a call, and turns what it throws into a status without its text, which
// could be a value.
const unary = (handle) => async (call, answer) => {
  try {
    answer(null, await handle(call.request));
  } catch (err) {
    if (err.status) answer({ code: err.status, details: err.message });
    else answer({ code: grpc.status.INTERNAL, details: `the plugin failed: ${err.name}` });
  }
};

const refuse = (status, text) => Object.assign(new Error(text), { status });

function mayChange(session, call) {
  if (!session.begun) throw refuse(grpc.status.FAILED_PRECONDITION, `${call} refused: no approved plan has begun`);
}

const pluginService = (plugin, session) => ({
  describe: unary(async () => plugin.description),
  open: unary(async (request) => {
    try {
      const about = plugin.description.providers.find((p) => p.kind === request.kind);
      if (!about) throw new Fault("UNSUPPORTED", "unknown-kind", `there is no provider kind ${JSON.stringify(request.kind)}`);
      session.provider = await plugin.open(checked(about.config, request.config), request.project_root);
      return { identity: [], diagnostics: [] };
    } catch (err) {
      return { identity: [], diagnostics: diagnosticsOf(err) };
    }
  }),
  begin: unary(async (request) => {
    if (!request.plan_id) throw refuse(grpc.status.INVALID_ARGUMENT, "no plan id");
    session.begun = true;
    return {};
  }),
  drain: unary(async () => {
    session.begun = false;
    return {};
  }),
});

function generatorsService(plugin, session) {
  const found = (item) => {
    const about = plugin.description.generators.find((g) => g.kind === item.kind);
    if (!about) throw new Fault("UNSUPPORTED", "unknown-kind", `there is no kind ${JSON.stringify(item.kind)}`);
    return [plugin.generators[item.kind], checked(about.config, item.config)];
  };
  // each answers every item on its own: what is wrong with one is its diagnostic.
  const each = async (items, answer) => ({
    results: await Promise.all(items.map(async (item) => {
      try {
        return { ...(await answer(...found(item))), diagnostics: [] };
      } catch (err) {
        return { diagnostics: diagnosticsOf(err) };
      }
    })),
  });
  return {
    check: unary(({ items }) => each(items, (generator, config) => ({ entropy_bits: generator.check(config) }))),
    generate: unary(({ items }) => {
      mayChange(session, "Generators.Generate");
      return each(items, async (generator, config) => ({ payload: { scalar: { type: "SCALAR_TYPE_TEXT", data: Buffer.from(await generator.generate(config)) } } }));
    }),
  };
}

function targetsService(plugin, session) {
  const describedAs = (kind) => {
    const all = plugin.description.providers.flatMap((p) => p.targets);
    const found = all.find((t) => t.kind === kind);
    if (!session.provider) throw new Fault("INTERNAL", "not-open", "no provider instance is open");
    if (!found) throw new Fault("UNSUPPORTED", "unknown-kind", `there is no target kind ${JSON.stringify(kind)}`);
    return found;
  };
  const place = (ref) => ({ address: ref.address, config: checked(describedAs(ref.kind).config, ref.config) });

  const writeOne = async (request) => {
    try {
      const result = await session.provider.write(place(request.target), flat(request.payload), request.expect, request.mark);
      return { item: request.item, diagnostics: [], ...result };
    } catch (err) {
      return { item: request.item, outcome: err instanceof Fault ? "WRITE_OUTCOME_NOT_APPLIED" : "WRITE_OUTCOME_UNKNOWN", diagnostics: diagnosticsOf(err) };
    }
  };

  return {
    check: unary(async ({ items }) => ({
      results: items.map((item) => {
        try {
          const config = checked(describedAs(item.kind).config, item.config);
          return { address: session.provider.address(config, item), diagnostics: [] };
        } catch (err) {
          return { diagnostics: diagnosticsOf(err) };
        }
      }),
    })),
    inspect: async (call) => {
      const { items, challenge_key: key } = call.request;
      for (const [index, item] of items.entries()) {
        let state;
        try {
          const challenge = key.length > 0 && item.compare_value ? { key, address: item.target.address } : null;
          state = await session.provider.inspect(place(item.target), item.receipt, challenge);
        } catch (err) {
          state = { presence: "PRESENCE_UNKNOWN", diagnostics: diagnosticsOf(err) };
        }
        call.write({ index, state });
      }
      call.end();
    },
    read: unary(async (request) => {
      mayChange(session, "Targets.Read");
      if (typeof request.reason !== "string" || request.reason === "READ_REASON_UNSPECIFIED") throw refuse(grpc.status.INVALID_ARGUMENT, "no reason given");
      try {
        const { value, receipt } = await session.provider.read(place(request.target));
        const type = isUtf8(value) ? "SCALAR_TYPE_TEXT" : "SCALAR_TYPE_BINARY";
        return { payload: { scalar: { type, data: value } }, receipt, diagnostics: [] };
      } catch (err) {
        return { diagnostics: diagnosticsOf(err) };
      }
    }),
    write: (call) => {
      if (!session.begun) {
        call.emit("error", { code: grpc.status.FAILED_PRECONDITION, details: "Targets.Write refused: no approved plan has begun" });
        return;
      }
      let open = 0;
      let ended = false;
      const finish = () => ended && open === 0 && call.end();
      call.on("data", async (request) => {
        open++;
        call.write(await writeOne(request));
        open--;
        finish();
      });
      call.on("end", () => {
        ended = true;
        finish();
      });
      call.on("error", () => {}); // the host went away
    },
    update: unary(async () => {
      mayChange(session, "Targets.Update");
      throw refuse(grpc.status.UNIMPLEMENTED, "this plugin updates nothing");
    }),
    retire: unary(async (request) => {
      mayChange(session, "Targets.Retire");
      if (!["RETIRE_MODE_DELETE", "RETIRE_MODE_PURGE"].includes(request.mode)) {
        // Also a mode of a later version, which arrives as a number.
        throw refuse(grpc.status.INVALID_ARGUMENT, "this plugin only deletes");
      }
      try {
        await session.provider.remove(place(request.target));
        return { outcome: "WRITE_OUTCOME_APPLIED", diagnostics: [] };
      } catch (err) {
        return { outcome: "WRITE_OUTCOME_NOT_APPLIED", diagnostics: diagnosticsOf(err) };
      }
    }),
  };
}

// checked is a configuration as an object, after making sure of what code relies on: that
// required keys are there and that types are right. The host has checked all of the schema
// before it sends a configuration; a place that the Secretfile no longer names has none.
function checked(schema, value) {
  const config = plain(value) || {};
  if (!value || value.kind === undefined || value.kind === "null") return config;
  const types = { VALUE_KIND_STRING: "string", VALUE_KIND_BOOL: "boolean", VALUE_KIND_NUMBER: "number" };
  for (const { name, required, type } of schema.attributes) {
    const has = config[name] !== undefined && config[name] !== null;
    if (required && !has) throw new Fault("INVALID_CONFIG", "missing-key", `key "${name}" is required`, { path: [name] });
    const want = types[type.kind];
    if (has && want && typeof config[name] !== want) throw new Fault("INVALID_CONFIG", "wrong-type", `"${name}" must be a ${want}`, { path: [name] });
  }
  return config;
}

// plain is a Value of the contract as a value of the language.
function plain(v) {
  switch (v && v.kind) {
    case "boolean": return v.boolean;
    case "text": return v.text;
    case "binary": return v.binary;
    case "number": return Number(v.number);
    case "list": return v.list.items.map(plain);
    case "object": return Object.fromEntries(v.object.members.map((m) => [m.name, plain(m.value)]));
    default: return null;
  }
}

// flat is a payload as the bytes that a store of plain values keeps: a scalar as it is, a
// structured value as compact JSON in the order of its fields.
function flat(payload) {
  return payload.form === "scalar" ? payload.scalar.data : Buffer.from(json(payload));
}

function json(p) {
  switch (p.form) {
    case "object": return `{${p.object.fields.map((f) => `${JSON.stringify(f.name)}:${json(f.payload)}`).join(",")}}`;
    case "list": return `[${p.list.items.map(json).join(",")}]`;
  }
  const text = p.scalar.data.toString("utf8");
  switch (p.scalar.type) {
    case "SCALAR_TYPE_NUMBER": case "SCALAR_TYPE_BOOL": return text;
    case "SCALAR_TYPE_NULL": return "null";
    case "SCALAR_TYPE_BINARY": return JSON.stringify(p.scalar.data.toString("base64"));
    default: return JSON.stringify(text);
  }
}

module.exports = { serve, Fault };
