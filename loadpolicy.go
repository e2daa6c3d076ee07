package pack

// policy reads a policy; those of StackStorm shape have `resource_ref` and
// `policy_type`.
func (s *componentSection) policy() *Policy {
	p := &Policy{ActionRef: s.use("action_ref"), Priority: s.whole("priority")}
	if p.ActionRef == "" {
		p.ActionRef = s.use("resource_ref")
	}
	limited := s.get("policy_type") != nil && s.compat
	for _, key := range []string{"concurrency", "rate_limit", "quotas"} {
		limited = limited || s.get(key) != nil
	}
	if !limited {
		s.report(policyNoLimit, s.node.Line, "the policy limits nothing; write concurrency, rate_limit or quotas")
	}
	return p
}
