"""The protocol of sz's plugins, as docs/plugin-protocol.md describes it: the handshake,
the credentials, and the services Plugin, Generators and Targets. What a plugin does is in
plugin.py; nothing in here knows it."""

import asyncio
import base64
import ctypes
import json
import os
import pkgutil
import ssl
import threading

import _ssl
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from grpclib.const import Cardinality, Handler, Status
from grpclib.exceptions import GRPCError
from grpclib.server import Server

# The contract: proto/, compiled.
contract = descriptor_pool.DescriptorPool()
for file in descriptor_pb2.FileDescriptorSet.FromString(pkgutil.get_data("protocol", "contract.binpb")).file:
    contract.Add(file)


def message(name):
    """The class of a message of the contract."""
    return message_factory.GetMessageClass(contract.FindMessageTypeByName("sz.plugin.v1." + name))


def named(enum, number):
    """The name of an enum's value; "" for one of a later version."""
    value = contract.FindEnumTypeByName("sz.plugin.v1." + enum).values_by_number.get(number)
    return value.name if value else ""


class Fault(Exception):
    """An error for a person: raised anywhere, it becomes a diagnostic."""

    def __init__(self, kind, code, summary, hint="", path=()):
        super().__init__(code)
        self.diagnostic = dict(
            severity="SEVERITY_ERROR", code=code, summary=summary, hint=hint, path=[{"key": key} for key in path], **{"class": "CLASS_" + kind}
        )


def diagnostics(err):
    """What to say of an error. The text of one that nobody expected could hold a value."""
    if not isinstance(err, Fault):
        err = Fault("INTERNAL", "plugin-error", f"the plugin failed: {type(err).__name__}")
    return [err.diagnostic]


def serve(description, open_provider=None, generators=None):
    """Announce the plugin on standard output and answer until the host ends it.

    open_provider(config, root) is an object with the methods of Shelf in plugin.py;
    generators are objects with check(config) and generate(config), by their kinds."""
    asyncio.run(listen(Session(description, open_provider, generators or {})))


async def listen(session):
    server = Server([session.plugin(), session.generators(), session.targets(), Controller()])
    path = os.path.join(os.environ.get("PLUGIN_UNIX_SOCKET_DIR", ""), "plugin.sock")
    await server.start(path=path, ssl=credentials())
    print(f"1|1|unix|{path}|grpc|", flush=True)
    await server.wait_closed()


def credentials():
    """TLS with the plugin's half of the identities, which come through an inherited pipe:
    three parts, each behind its length in four bytes: certificate, PKCS #8 key, and the
    only certificate to trust, all in DER."""
    if "SZ_PLUGIN_COOKIE" not in os.environ:
        raise SystemExit("this program is a plugin of sz, and is started by it")
    pipe = os.fdopen(int(os.environ["SZ_PLUGIN_CREDENTIALS_FD"]), "rb")
    certificate, key, host = (pipe.read(int.from_bytes(pipe.read(4), "big")) for _ in range(3))
    # The host holds its end for as long as it lives. When it closes, there is nobody left
    # to serve.
    threading.Thread(target=lambda: (pipe.read(1), os._exit(0)), daemon=True).start()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols(["h2"])
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=host)
    # Python takes a key from a file only, and there is no file that a plugin may write:
    # OpenSSL is asked itself. Its context comes behind what every object has.
    openssl = ctypes.CDLL(getattr(_ssl, "__file__", None))
    inner = ctypes.c_void_p.from_address(id(context) + object.__basicsize__)
    if openssl.SSL_CTX_use_certificate_ASN1(inner, len(certificate), certificate) != 1 or openssl.SSL_CTX_use_PrivateKey_ASN1(
        408, inner, key, ctypes.c_long(len(key))  # EVP_PKEY_EC
    ) != 1:
        raise SystemExit("the credentials are not a certificate and its key")
    return context


class Service:
    """A service of the contract, of functions by their names in it. What it has no function
    for is answered as not implemented."""

    def __init__(self, name, **functions):
        self.name, self.functions = name, functions

    def __mapping__(self):
        calls = {}
        for call in contract.FindServiceByName("sz.plugin.v1." + self.name).methods:
            function = self.functions.get(call.name)
            if function is not None:
                kind = Cardinality.STREAM_STREAM if call.client_streaming else Cardinality.UNARY_STREAM if call.server_streaming else Cardinality.UNARY_UNARY
                request, reply = (message_factory.GetMessageClass(of) for of in (call.input_type, call.output_type))
                handle = function if call.server_streaming else unary(function, reply)
                calls[f"/sz.plugin.v1.{self.name}/{call.name}"] = Handler(discreet(handle), kind, request, reply)
        return calls


class Controller:
    """go-plugin's way to end a plugin in an orderly way."""

    def __mapping__(self):
        empty = message_factory.GetMessageClass(contract.FindMessageTypeByName("sz.plugin.v1.DrainResponse"))

        async def shutdown(stream):
            await stream.recv_message()
            await stream.send_message(empty())
            asyncio.get_running_loop().call_later(0.05, os._exit, 0)

        return {"/plugin.GRPCController/Shutdown": Handler(shutdown, Cardinality.UNARY_UNARY, empty, empty)}


def unary(function, reply):
    """A function from a request to the fields of the answer."""

    async def handle(stream):
        await stream.send_message(reply(**await function(await stream.recv_message())))

    return handle


def discreet(handle):
    """Makes what is raised a status without its text, which could hold a value."""

    async def handled(stream):
        try:
            await handle(stream)
        except GRPCError:
            raise
        except Exception as err:
            raise GRPCError(Status.INTERNAL, f"the plugin failed: {type(err).__name__}") from None

    return handled


class Session:
    """What the host has opened and begun in this process."""

    def __init__(self, description, open_provider, makers):
        self.description, self.open_provider, self.makers = description, open_provider, makers
        self.provider, self.begun, self.writes = None, False, set()

    def may_change(self, call):
        if not self.begun:
            raise GRPCError(Status.FAILED_PRECONDITION, f"{call} refused: no approved plan has begun")

    def plugin(self):
        async def describe(_):
            return self.description

        async def open(request):
            try:
                about = by_kind(self.description.get("providers", []), request.kind)
                self.provider = await self.open_provider(checked(about["config"], request.config), request.project_root)
                return {}
            except Exception as err:
                return {"diagnostics": diagnostics(err)}

        async def begin(request):
            if not request.plan_id:
                raise GRPCError(Status.INVALID_ARGUMENT, "no plan id")
            self.begun = True
            return {}

        async def drain(_):
            self.begun = False
            await asyncio.gather(*self.writes, return_exceptions=True)
            return {}

        return Service("Plugin", Describe=describe, Open=open, Begin=begin, Drain=drain)

    def generators(self):
        def config(item):
            return checked(by_kind(self.description.get("generators", []), item.kind)["config"], item.config)

        async def check(request):
            def one(item):
                try:
                    settings = config(item)
                    return {"entropy_bits": self.makers[item.kind].check(settings)}
                except Exception as err:
                    return {"diagnostics": diagnostics(err)}

            return {"results": [one(item) for item in request.items]}

        async def generate(request):
            self.may_change("Generators.Generate")

            async def one(item):
                try:
                    made = await self.makers[item.kind].generate(config(item))
                    return {"payload": {"scalar": {"type": "SCALAR_TYPE_TEXT", "data": made.encode()}}}
                except Exception as err:
                    return {"diagnostics": diagnostics(err)}

            return {"results": [await one(item) for item in request.items]}

        return Service("Generators", Check=check, Generate=generate)

    def place(self, ref):
        """A target that the host names: its address, and its configuration."""
        if self.provider is None:
            raise Fault("INTERNAL", "not-open", "no provider instance is open")
        about = by_kind([t for p in self.description.get("providers", []) for t in p["targets"]], ref.kind)
        return getattr(ref, "address", ""), checked(about["config"], ref.config)

    def targets(self):
        async def check(request):
            def one(item):
                try:
                    return {"address": self.provider.address(self.place(item)[1], item)}
                except Exception as err:
                    return {"diagnostics": diagnostics(err)}

            return {"results": [one(item) for item in request.items]}

        async def inspect(stream):
            request, reply = await stream.recv_message(), message("TargetsInspectResponse")
            for index, item in enumerate(request.items):
                challenge = request.challenge_key if item.compare_value else b""
                try:
                    state = await self.provider.inspect(self.place(item.target), item.receipt.revision, challenge)
                except Exception as err:
                    state = {"presence": "PRESENCE_UNKNOWN", "diagnostics": diagnostics(err)}
                await stream.send_message(reply(index=index, state=state))

        async def read(request):
            self.may_change("Targets.Read")
            if named("ReadReason", request.reason) in ("", "READ_REASON_UNSPECIFIED"):
                raise GRPCError(Status.INVALID_ARGUMENT, "no reason given")
            try:
                value, receipt = await self.provider.read(self.place(request.target))
                return {"payload": {"scalar": {"type": type_of(value), "data": value}}, "receipt": receipt}
            except Exception as err:
                return {"diagnostics": diagnostics(err)}

        async def write_one(request):
            try:
                return await self.provider.write(self.place(request.target), flat(request.payload), request.expect.receipt.revision, request.mark)
            except Fault as err:
                return {"outcome": "WRITE_OUTCOME_NOT_APPLIED", "diagnostics": diagnostics(err)}
            except Exception as err:
                return {"outcome": "WRITE_OUTCOME_UNKNOWN", "diagnostics": diagnostics(err)}

        async def write(stream):
            self.may_change("Targets.Write")
            reply, sending, tasks = message("TargetsWriteResponse"), asyncio.Lock(), set()

            async def answer(request):
                result = await write_one(request)
                async with sending:
                    await stream.send_message(reply(item=request.item, **result))

            try:
                async for request in stream:
                    task = asyncio.create_task(answer(request))
                    for those in (tasks, self.writes):
                        those.add(task)
                        task.add_done_callback(those.discard)
                await asyncio.gather(*tasks)
            finally:
                for task in tasks:
                    task.cancel()

        async def retire(request):
            self.may_change("Targets.Retire")
            if named("RetireMode", request.mode) not in ("RETIRE_MODE_DELETE", "RETIRE_MODE_PURGE"):
                raise GRPCError(Status.INVALID_ARGUMENT, "this plugin only deletes")
            try:
                await self.provider.remove(self.place(request.target))
                return {"outcome": "WRITE_OUTCOME_APPLIED"}
            except Exception as err:
                return {"outcome": "WRITE_OUTCOME_NOT_APPLIED", "diagnostics": diagnostics(err)}

        async def update(_):
            self.may_change("Targets.Update")
            raise GRPCError(Status.UNIMPLEMENTED, "this plugin updates nothing")

        return Service("Targets", Check=check, Inspect=inspect, Read=read, Write=write, Retire=retire, Update=update)


def by_kind(described, kind):
    for one in described:
        if one["kind"] == kind:
            return one
    raise Fault("UNSUPPORTED", "unknown-kind", f"there is no kind {json.dumps(kind)}")


TYPES = {"VALUE_KIND_STRING": str, "VALUE_KIND_BOOL": bool, "VALUE_KIND_NUMBER": (int, float)}


def checked(schema, value):
    """A configuration as a dict, after making sure of what code relies on: that required
    keys are there and that types are right. The host has checked all of the schema before
    it sends a configuration; a place that the Secretfile no longer names has none."""
    config = plain(value) or {}
    if value.WhichOneof("kind") != "object":
        return config
    for attribute in schema["attributes"]:
        name, want = attribute["name"], TYPES.get(attribute["type"]["kind"])
        has = config.get(name)
        if has is None and attribute.get("required"):
            raise Fault("INVALID_CONFIG", "missing-key", f'key "{name}" is required', path=[name])
        if has is not None and want and (not isinstance(has, want) or isinstance(has, bool) and want is not bool):
            raise Fault("INVALID_CONFIG", "wrong-type", f'"{name}" has a value of the wrong type', path=[name])
    return config


def plain(value):
    """A Value of the contract as a value of the language."""
    kind = value.WhichOneof("kind")
    if kind in ("boolean", "text", "binary"):
        return getattr(value, kind)
    if kind == "number":
        return int(value.number) if value.number.lstrip("-").isdigit() else float(value.number)
    if kind == "list":
        return [plain(item) for item in value.list.items]
    if kind == "object":
        return {member.name: plain(member.value) for member in value.object.members}
    return None


def type_of(value):
    """What bytes of a store are: text, or what is none."""
    try:
        value.decode()
        return "SCALAR_TYPE_TEXT"
    except UnicodeDecodeError:
        return "SCALAR_TYPE_BINARY"


def flat(payload):
    """A payload as the bytes that a store of plain values keeps: a scalar as it is, a
    structured value as compact JSON in the order of its fields."""
    return payload.scalar.data if payload.WhichOneof("form") == "scalar" else as_json(payload).encode()


def as_json(payload):
    form = payload.WhichOneof("form")
    if form == "object":
        return "{" + ",".join(quoted(f.name) + ":" + as_json(f.payload) for f in payload.object.fields) + "}"
    if form == "list":
        return "[" + ",".join(as_json(item) for item in payload.list.items) + "]"
    kind, data = named("ScalarType", payload.scalar.type), payload.scalar.data
    if kind == "SCALAR_TYPE_NULL":
        return "null"
    if kind == "SCALAR_TYPE_BINARY":
        return quoted(base64.b64encode(data).decode())
    return data.decode() if kind in ("SCALAR_TYPE_NUMBER", "SCALAR_TYPE_BOOL") else quoted(data.decode())


def quoted(text):
    return json.dumps(text, ensure_ascii=False)
