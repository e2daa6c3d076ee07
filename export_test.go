package pack

// FindingTable exposes the table to the tests of findings and their docs.
func FindingTable() [][3]string {
	rows := make([][3]string, len(findingTable))
	for i, k := range findingTable {
		rows[i] = [3]string{string(k.code), string(k.severity), k.meaning}
	}
	return rows
}
