module github.com/packtrain/pack/internal/solve/sattest

go 1.26.0

require (
	github.com/crillab/gophersat v1.4.0
	github.com/google/go-cmp v0.7.0
	github.com/packtrain/pack v0.0.0
)

require (
	github.com/Masterminds/semver/v3 v3.5.0 // indirect
	golang.org/x/text v0.44.0 // indirect
	gopkg.in/yaml.v3 v3.0.1 // indirect
)

replace github.com/packtrain/pack => ../../../
