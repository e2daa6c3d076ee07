// Package runner starts child processes at a level of isolation: package tools, tests
// of packs, and actions when a host runs some.
//
//   - [pack.IsolationSandbox]: bubblewrap starts the child with namespaces of its own,
//     without capabilities. It sees the programs and libraries of the system, a few files
//     of /etc, and what its [pack.Access] names, and it writes only to what Access.Write,
//     Access.Temporary and Access.Cache name. The directory /tmp, the directory that the
//     variable HOME names, and those of Access.Temporary are its own, of a limited size, and
//     gone afterwards. Without Access.Network it has no network, else that of the host,
//     loopback included. Everything that it started ends with it.
//   - [pack.IsolationContained]: the child has namespaces of its own for users, process
//     IDs, IPC and host names. Everything that it started ends with it; but it reads and
//     writes what the user of the host may, regardless of its Access.
//   - [pack.IsolationNone]: the child is a process of the host's user. On Linux, descendants
//     that left its session are found by a variable, PACKTRAIN_RUN, in their environment, by
//     an unused resource limit (of file locks), and by the control group of the child if
//     there is one. One that leaves the session, the environment, the limit and the group
//     survives, and so do grandchildren when the host itself is killed.
//
// A [Runner] takes the best level that works on the machine, or the one that it is told.
// It finds out by starting a program at that level, once, before the first child.
//
// # A host that runs as root
//
// In a sandbox the child is then another user (uid 65533), who has no rights to the
// host's files. So what Access.Read names must be readable by all users, regardless of
// the directories above it. What Access.Write names belongs to that user while the child
// runs, except for files with several hard links, and to root afterwards. A directory of
// Access.Cache is replaced by a directory ".sandbox" in it, which keeps belonging to
// that user. The program setpriv of util-linux is needed.
//
// # Limits
//
// Time and output are always limited. Memory and the number of processes are limited by
// a control group, version 1 or 2, where the host may create one below its own; else by
// resource limits, as far as these apply: to the data of each process, and, above
// IsolationNone, to processes of other users than root. The size of a file is a resource
// limit, and DiskBytes is the size of each temporary directory of a sandbox. The limits
// that held are in [pack.Result.Enforced]. Control groups and resource limits are set
// just after the start of the child.
//
// # Ends
//
// A child that has to end is asked to (SIGTERM) and killed after a grace period. In a
// sandbox it is killed at once, and a child that was ended by a signal has exit code 128
// plus the number of the signal, as in a shell. A contained child is the first process of
// its namespace: signals that it sends to itself and does not handle have no effect.
package runner
