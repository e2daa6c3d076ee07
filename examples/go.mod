module github.com/packtrain/pack/examples

go 1.26.8
