package probe

// row is one attack.
type row struct {
	group, key, title string
	// heard reports that success shows at the lair; otherwise the attacker's word
	// counts, which it has no reason to give against itself.
	heard bool
	// alone reports that the attack has nothing to attack without a sandbox, because
	// no tier is without this protection: there is no control.
	alone bool
	// writes grants a file of a project to be written.
	writes bool
	// wanted reports what a plugin is to be able to do: the verdicts are turned round.
	wanted bool
}

// rows are all attacks, in the order in which they are shown.
var rows = []row{
	{group: "files", key: "read-file", title: "read a file of the user"},
	{group: "files", key: "list-directory", title: "list a directory of the user"},
	{group: "files", key: "stat-file", title: "find out whether a file exists"},
	{group: "files", key: "read-system", title: "read /etc/passwd"},
	{group: "files", key: "write-file", title: "write into a directory of the user", heard: true},
	{group: "files", key: "write-temp", title: "write into the temporary directory", heard: true},
	{group: "files", key: "write-shm", title: "leave a file in shared memory", heard: true},
	{group: "files", key: "write-runtime", title: "write a file beside its own socket", heard: true},
	{group: "files", key: "write-granted", title: "write the file that was granted", heard: true, writes: true, wanted: true},
	{group: "files", key: "write-version-control", title: "write into .git beside a file that was granted", heard: true, writes: true},
	{group: "files", key: "hold-descriptor", title: "use a descriptor that was left open"},

	{group: "network", key: "granted", title: "reach the host that was granted", heard: true, wanted: true},
	{group: "network", key: "tcp", title: "TCP to another port", heard: true},
	{group: "network", key: "mptcp", title: "Multipath TCP to another port", heard: true},
	{group: "network", key: "fastopen", title: "TCP Fast Open to another port", heard: true},
	{group: "network", key: "udp", title: "UDP", heard: true},
	{group: "network", key: "dns", title: "a question to a name server", heard: true},
	{group: "network", key: "proxy-port", title: "the proxy's port on another address", heard: true},
	{group: "network", key: "proxy-other", title: "another host through the proxy", heard: true, alone: true},
	{group: "network", key: "proxy-http", title: "another host through the proxy, in plain HTTP", heard: true, alone: true},
	{group: "network", key: "proxy-metadata", title: "the metadata service through the proxy", alone: true},
	{group: "network", key: "bind", title: "listen on a TCP port", heard: true},
	{group: "network", key: "listen", title: "listen on a TCP port without naming it", heard: true},
	{group: "network", key: "icmp", title: "raw and ICMP sockets"},
	{group: "network", key: "families", title: "netlink, packet, vsock and crypto sockets"},
	{group: "network", key: "unix-path", title: "a unix socket by its path, as ssh-agent has one", heard: true},
	{group: "network", key: "unix-datagram", title: "a unix datagram socket, as the system log has one", heard: true},
	{group: "network", key: "unix-pair", title: "a datagram from one of a pair of sockets", heard: true},
	{group: "network", key: "unix-abstract", title: "an abstract unix socket", heard: true},

	{group: "processes", key: "execute", title: "execute another program"},
	{group: "processes", key: "execute-memory", title: "execute a program from memory"},
	{group: "processes", key: "fork", title: "make another process"},
	{group: "processes", key: "read-memory", title: "read another process's memory"},
	{group: "processes", key: "proc-memory", title: "read another process's memory through /proc"},
	{group: "processes", key: "proc-environ", title: "read another process's environment"},
	{group: "processes", key: "ptrace", title: "trace another process"},
	{group: "processes", key: "steal-descriptor", title: "take a descriptor from another process"},
	{group: "processes", key: "signal", title: "signal another process"},
	{group: "processes", key: "limits", title: "see another process's limits"},
	{group: "processes", key: "outlive", title: "outlive the host"},

	{group: "kernel", key: "foreign-call", title: "a system call of another architecture (int 0x80)"},
	{group: "kernel", key: "x32-call", title: "a system call of the x32 interface"},
	{group: "kernel", key: "namespace", title: "make a user namespace"},
	{group: "kernel", key: "mount", title: "make a file system"},
	{group: "kernel", key: "io-uring", title: "io_uring"},
	{group: "kernel", key: "keyring", title: "keyrings"},
	{group: "kernel", key: "bpf", title: "BPF, performance counters and userfaultfd"},
	{group: "kernel", key: "shared-memory", title: "System V shared memory and message queues"},
	{group: "kernel", key: "privileges", title: "capabilities, or a way to get some"},

	{group: "resources", key: "memory", title: "take 2 GiB of memory"},
	{group: "resources", key: "files", title: "hold 1,000 files open"},
	{group: "resources", key: "core", title: "leave a core dump", alone: true},

	{group: "the host", key: "environment", title: "see the user's environment", alone: true},
	{group: "the host", key: "input", title: "read sz's own input", alone: true},
}
