// Package pymodules knows the modules of Python's standard library that a file of
// a pack can hide: the directory of a script comes first where Python looks for
// modules. Modules inside the interpreter are found before that, and are left out,
// as are those that only a few scripts could mean.
package pymodules

import "strings"

// Hides returns the standard module that a file or directory with the given name
// hides from scripts beside it, "" for none.
func Hides(name string, isDir bool) string {
	module, isFile := strings.CutSuffix(name, ".py")
	if isFile == isDir || module == "" || strings.Contains(module, " ") {
		return ""
	}
	if strings.Contains(standard, " "+module+" ") {
		return module
	}
	return ""
}

// standard lists the modules of Python 3.8 to 3.14, between blanks.
const standard = ` ` +
	`aifc annotationlib argparse array ast asynchat asyncio asyncore audioop base64 bdb binascii bisect bz2 ` +
	`cProfile calendar cgi cgitb chunk cmath cmd code codeop collections colorsys compileall compression concurrent ` +
	`configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal ` +
	`difflib dis distutils doctest email encodings ensurepip enum fcntl filecmp fileinput fnmatch fractions ftplib ` +
	`functools getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http imaplib imghdr imp ` +
	`importlib inspect ipaddress json keyword linecache locale logging lzma mailbox mailcap math mimetypes mmap ` +
	`modulefinder msilib msvcrt multiprocessing netrc nis nntplib nturl2path numbers opcode operator optparse ` +
	`ossaudiodev pathlib pdb pickle pickletools pipes pkgutil platform plistlib poplib pprint profile pstats pty ` +
	`py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter sched ` +
	`secrets select selectors shelve shlex shutil signal smtpd smtplib sndhdr socket socketserver spwd sqlite3 ` +
	`sre_compile sre_constants sre_parse ssl statistics string stringprep struct subprocess sunau symtable ` +
	`sysconfig syslog tabnanny tarfile telnetlib tempfile termios textwrap threading timeit tkinter token tokenize ` +
	`tomllib trace traceback tracemalloc tty types typing unicodedata unittest urllib uu uuid venv warnings wave ` +
	`weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zlib zoneinfo `
