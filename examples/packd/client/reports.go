package client

import (
	"errors"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
)

// The errors of items are made of their texts, and of their codes where the
// report has them. Each function also puts them where the library does.

func failedDownloads(r *installer.DownloadReport) []*pack.ItemError {
	var items []*pack.ItemError
	for i := range r.Failed {
		f := &r.Failed[i]
		f.Err = errors.New(f.Message)
		items = append(items, &pack.ItemError{Spec: f.Spec, Stage: pack.StageDownload, Err: f.Err})
	}
	return items
}

func failedAnalyses(r *deps.Report) []*pack.ItemError {
	var items []*pack.ItemError
	for i := range r.Errors {
		f := &r.Errors[i]
		f.Err = errors.New(f.Message)
		items = append(items, &pack.ItemError{Spec: f.Path, Stage: pack.StageDependencies, Err: f.Err})
	}
	return items
}

func failedBuilds(r *envbuild.Report) []*pack.ItemError {
	var items []*pack.ItemError
	for i := range r.Failed {
		f := &r.Failed[i]
		f.Err = errors.New(f.Message)
		stage := pack.StageEnvironments
		if f.Runtime == "unknown" {
			stage = pack.StageLoad
		}
		items = append(items, &pack.ItemError{Spec: f.Path, Ref: f.Ref, Stage: stage, Err: f.Err})
	}
	return items
}

func failedRegistrations(r *registry.Report) []*pack.ItemError {
	var items []*pack.ItemError
	for i := range r.Failed {
		f := &r.Failed[i]
		f.Err = errors.New(f.Message)
		items = append(items, &pack.ItemError{Spec: f.Path, Ref: f.Ref, Stage: f.Stage, Err: f.Err})
	}
	return items
}

func failedInstallations(r *pipeline.Report) []*pack.ItemError {
	var items []*pack.ItemError
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		if o.Failure == nil {
			continue
		}
		o.Failure.Err = pack.Errorf(o.Failure.Code, "%s", o.Failure.Message)
		items = append(items, &pack.ItemError{Spec: o.Spec, Ref: o.Ref, Stage: o.Failure.Stage, Err: o.Failure.Err})
	}
	return items
}
