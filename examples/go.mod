module github.com/packtrain/pack/examples

go 1.26.8

require (
	github.com/google/go-cmp v0.7.0
	github.com/packtrain/pack v0.0.0
	github.com/spf13/pflag v1.0.9
	gopkg.in/yaml.v3 v3.0.1
)

require github.com/inconshreveable/mousetrap v1.1.0 // indirect

require (
	github.com/Masterminds/semver/v3 v3.5.0 // indirect
	github.com/spf13/cobra v1.10.2
)

replace github.com/packtrain/pack => ../
