//go:build !linux

package web_test

import "testing"

func filesRunOut(t *testing.T) { t.Skip("only Linux shows the open files of a process") }

func portsRunOut(t *testing.T) { t.Skip("only Linux makes networks") }

func silentServers(t *testing.T) { t.Skip("only Linux ignores connections beyond a full backlog") }
