// Package crashtest interrupts the operations of a registry and checks what is left: a
// checker that shares no code with the registry reads the pointers, the trees, the rows,
// the journal and the staging directory. The old state or the new one has to hold for all
// packs of the operation, before recovery and after it.
//
// Failpoints are the steps that change files, and the statements to a database. At one of
// them the process is killed, or the step fails, or it panics. The records are in files,
// in SQLite or in PostgreSQL.
//
// Power cuts need Linux and the right to mount. The file of a block device records writes
// and flushes; after a cut, all writes before the last flush are there, and any of the
// later ones.
package crashtest
