module github.com/packtrain/pack/registry/historytest

go 1.26.0

require (
	github.com/anishathalye/porcupine v1.3.1
	github.com/packtrain/pack v0.0.0
)

require (
	github.com/Masterminds/semver/v3 v3.5.0 // indirect
	github.com/gofrs/flock v0.13.2 // indirect
	golang.org/x/sys v0.50.0 // indirect
	golang.org/x/text v0.44.0 // indirect
	gopkg.in/yaml.v3 v3.0.1 // indirect
)

replace github.com/packtrain/pack => ../../
