package pack

import (
	"fmt"
	"time"

	"github.com/packtrain/pack/internal/text/yaml"
)

// defaultTestTimeout is how long a test runner may take unless it says more.
const defaultTestTimeout = 5 * time.Minute

// testing reads `testing`, nil when the pack declares no tests.
func (s *section) testing() *Testing {
	sub := s.sub("testing")
	if sub == nil {
		return nil
	}
	format := sub.resultFormat("simple")
	return &Testing{
		Enabled:      sub.flag("enabled", true),
		Runners:      sub.testRunners(format),
		Discovery:    sub.testDiscovery(),
		ResultFormat: format,
		ResultPath:   sub.path("result_path"),
		MinPassRate:  sub.passRate(),
		OnFailure:    sub.oneOf("on_failure", "block", "block", "warn", "ignore"),
	}
}

func (s *section) resultFormat(absent string) string {
	return s.oneOf("result_format", absent, "simple", "junit-xml", "tap", "json")
}

func (s *section) testRunners(format string) []TestRunner {
	runners := []TestRunner{}
	sub := s.sub("runners")
	if sub == nil {
		return runners
	}
	for _, f := range sub.node.Fields {
		if f.Value.Kind != yaml.Mapping {
			s.wrongType(fmt.Sprintf("test runner %.64q", f.Key.Text), f.Value, "a mapping")
			continue
		}
		runner := s.at(f.Value).testRunner(format)
		runner.Name = f.Key.Text
		runners = append(runners, runner)
	}
	return runners
}

func (s *section) testRunner(format string) TestRunner {
	return TestRunner{
		Type:         s.str("type"),
		EntryPoint:   s.path("entry_point"),
		Timeout:      s.seconds("timeout", defaultTestTimeout),
		ResultFormat: s.resultFormat(format),
		Requirements: s.path("requirements"),
	}
}

func (s *section) testDiscovery() TestDiscovery {
	sub := s.sub("discovery")
	if sub == nil {
		return TestDiscovery{Tests: []TestCase{}}
	}
	return TestDiscovery{
		Method:  sub.str("method"),
		Path:    sub.path("path"),
		Command: sub.str("command"),
		Tests:   sub.testCases(),
	}
}

func (s *section) testCases() []TestCase {
	cases := []TestCase{}
	for _, item := range s.items("tests") {
		if item.Kind != yaml.Mapping {
			s.wrongType("a test", item, "a mapping")
			continue
		}
		c := s.at(item)
		cases = append(cases, TestCase{
			Name: c.str("name"), Runner: c.str("runner"), Command: c.str("command"),
			Timeout: c.seconds("timeout", defaultTestTimeout),
		})
	}
	return cases
}

func (s *section) passRate() float64 {
	rate := s.number("min_pass_rate", 1)
	if rate < 0 || rate > 1 {
		s.report(s.codes.invalidValue, s.line("min_pass_rate"), "min_pass_rate is %v; want a number from 0 to 1", rate)
		return 1
	}
	return rate
}
