package batch

// Sets divides items into sets: an item is in one set with each that joined
// returns for it, as far as that is among items, too. Sets are in the order of
// their first items, and items in theirs.
func Sets[I comparable](items []I, joined func(I) []I) [][]I {
	parent := make(map[I]I, len(items))
	for _, it := range items {
		parent[it] = it
	}
	first := func(it I) I {
		for parent[it] != it {
			parent[it] = parent[parent[it]]
			it = parent[it]
		}
		return it
	}
	for _, it := range items {
		for _, other := range joined(it) {
			if _, ok := parent[other]; ok {
				parent[first(other)] = first(it)
			}
		}
	}
	at := map[I]int{}
	var sets [][]I
	for _, it := range items {
		i, ok := at[first(it)]
		if !ok {
			i = len(sets)
			at[first(it)] = i
			sets = append(sets, nil)
		}
		sets[i] = append(sets[i], it)
	}
	return sets
}
