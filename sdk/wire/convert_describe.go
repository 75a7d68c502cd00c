package wire

import (
	pb "github.com/secretzero/sz/sdk/internal/wirepb"
	"github.com/secretzero/sz/sdk/schema"
)

var kindsToPB = map[schema.Kind]pb.ValueKind{
	schema.Any:    pb.ValueKind_VALUE_KIND_ANY,
	schema.Bool:   pb.ValueKind_VALUE_KIND_BOOL,
	schema.String: pb.ValueKind_VALUE_KIND_STRING,
	schema.Bytes:  pb.ValueKind_VALUE_KIND_BYTES,
	schema.Number: pb.ValueKind_VALUE_KIND_NUMBER,
	schema.List:   pb.ValueKind_VALUE_KIND_LIST,
	schema.Map:    pb.ValueKind_VALUE_KIND_MAP,
}

func objectToPB(o schema.Object) *pb.ObjectSchema {
	out := &pb.ObjectSchema{}
	for _, a := range o.Attributes {
		out.Attributes = append(out.Attributes, &pb.AttributeSchema{
			Name: a.Name, Type: typeToPB(&a.Type), Description: a.Description,
			Required: a.Required, Sensitive: a.Sensitive, Identity: a.Identity,
			DefaultValue: valueToPB(a.Default), Allowed: a.Enum,
			Pattern: a.Pattern, PatternHint: a.PatternHint,
			Minimum: a.Min, Maximum: a.Max, Deprecated: a.Deprecated,
		})
	}
	for _, r := range o.Rules {
		out.Rules = append(out.Rules, &pb.SchemaRule{
			Kind: pb.RuleKind(r.Kind), Attributes: r.Attributes, When: r.When, Equals: r.Equals, Message: r.Message,
		})
	}
	return out
}

func objectFromPB(o *pb.ObjectSchema) schema.Object {
	var out schema.Object
	for _, a := range o.GetAttributes() {
		out.Attributes = append(out.Attributes, schema.Attribute{
			Name: a.GetName(), Type: typeFromPB(a.GetType()), Description: a.GetDescription(),
			Required: a.GetRequired(), Sensitive: a.GetSensitive(), Identity: a.GetIdentity(),
			Default: valueFromPB(a.GetDefaultValue()), Enum: a.GetAllowed(),
			Pattern: a.GetPattern(), PatternHint: a.GetPatternHint(),
			Min: a.Minimum, Max: a.Maximum, Deprecated: a.GetDeprecated(),
		})
	}
	for _, r := range o.GetRules() {
		out.Rules = append(out.Rules, schema.Rule{
			Kind: schema.RuleKind(r.GetKind()), Attributes: r.GetAttributes(), When: r.GetWhen(), Equals: r.GetEquals(), Message: r.GetMessage(),
		})
	}
	return out
}

func typeToPB(t *schema.Type) *pb.TypeSchema {
	if t == nil {
		return nil
	}
	out := &pb.TypeSchema{Kind: kindsToPB[t.Kind], Element: typeToPB(t.Elem)}
	if t.Object != nil {
		out.Object = objectToPB(*t.Object)
	}
	return out
}

func typeFromPB(t *pb.TypeSchema) schema.Type {
	out := schema.Type{Kind: schema.Any}
	for kind, wireKind := range kindsToPB {
		if wireKind == t.GetKind() {
			out.Kind = kind
		}
	}
	if t.GetElement() != nil {
		element := typeFromPB(t.GetElement())
		out.Elem = &element
	}
	if t.GetObject() != nil {
		object := objectFromPB(t.GetObject())
		out.Object = &object
	}
	return out
}

func descriptionToPB(d Description) *pb.DescribeResponse {
	out := &pb.DescribeResponse{Name: d.Name, Version: d.Version, Summary: d.Summary}
	for _, g := range d.Generators {
		generator := &pb.GeneratorDescription{Kind: g.Kind, Summary: g.Summary, Config: objectToPB(g.Config), Fields: g.Fields}
		for _, need := range g.Permissions {
			generator.Permissions = append(generator.Permissions, permissionToPB(need))
		}
		out.Generators = append(out.Generators, generator)
	}
	for _, p := range d.Providers {
		provider := &pb.ProviderDescription{Kind: p.Kind, Summary: p.Summary, Config: objectToPB(p.Config)}
		for _, t := range p.Targets {
			target := &pb.TargetDescription{Kind: t.Kind, Summary: t.Summary, Config: objectToPB(t.Config)}
			for _, c := range t.Capabilities {
				target.Capabilities = append(target.Capabilities, pb.Capability(c))
			}
			provider.Targets = append(provider.Targets, target)
		}
		for _, need := range p.Permissions {
			provider.Permissions = append(provider.Permissions, permissionToPB(need))
		}
		for _, a := range p.Allowances {
			provider.Allowances = append(provider.Allowances, &pb.AllowanceDescription{Name: a.Name, Summary: a.Summary, Settings: a.Settings})
		}
		out.Providers = append(out.Providers, provider)
	}
	return out
}

func descriptionFromPB(d *pb.DescribeResponse) Description {
	out := Description{Name: d.GetName(), Version: d.GetVersion(), Summary: d.GetSummary()}
	for _, g := range d.GetGenerators() {
		generator := GeneratorDescription{Kind: g.GetKind(), Summary: g.GetSummary(), Config: objectFromPB(g.GetConfig()), Fields: g.GetFields()}
		for _, need := range g.GetPermissions() {
			generator.Permissions = append(generator.Permissions, permissionFromPB(need))
		}
		out.Generators = append(out.Generators, generator)
	}
	for _, p := range d.GetProviders() {
		provider := ProviderDescription{Kind: p.GetKind(), Summary: p.GetSummary(), Config: objectFromPB(p.GetConfig())}
		for _, t := range p.GetTargets() {
			target := TargetDescription{Kind: t.GetKind(), Summary: t.GetSummary(), Config: objectFromPB(t.GetConfig())}
			for _, c := range t.GetCapabilities() {
				target.Capabilities = append(target.Capabilities, Capability(c))
			}
			provider.Targets = append(provider.Targets, target)
		}
		for _, need := range p.GetPermissions() {
			provider.Permissions = append(provider.Permissions, permissionFromPB(need))
		}
		for _, a := range p.GetAllowances() {
			provider.Allowances = append(provider.Allowances, AllowanceDescription{a.GetName(), a.GetSummary(), a.GetSettings()})
		}
		out.Providers = append(out.Providers, provider)
	}
	return out
}

func permissionToPB(p Permission) *pb.PermissionRequest {
	out := &pb.PermissionRequest{WhenPath: p.WhenPath, WhenEquals: p.WhenEquals, Reason: p.Reason}
	switch p.Kind {
	case Network:
		out.Permission = &pb.PermissionRequest_Network{Network: p.Value}
	case NetworkFrom:
		out.Permission = &pb.PermissionRequest_NetworkFrom{NetworkFrom: p.Value}
	case Environment:
		out.Permission = &pb.PermissionRequest_Environment{Environment: p.Value}
	case ReadFile:
		out.Permission = &pb.PermissionRequest_ReadFile{ReadFile: p.Value}
	case WriteFrom:
		out.Permission = &pb.PermissionRequest_WriteFrom{WriteFrom: p.Value}
	case Execute:
		out.Permission = &pb.PermissionRequest_Execute{Execute: p.Value}
	case ReadFrom:
		out.Permission = &pb.PermissionRequest_ReadFrom{ReadFrom: p.Value}
	case Identity:
		out.Permission = &pb.PermissionRequest_Identity{Identity: p.Value}
	case Programs:
		out.Permission = &pb.PermissionRequest_Programs{Programs: true}
	}
	return out
}

func permissionFromPB(p *pb.PermissionRequest) Permission {
	out := Permission{WhenPath: p.GetWhenPath(), WhenEquals: p.GetWhenEquals(), Reason: p.GetReason()}
	switch permission := p.GetPermission().(type) {
	case *pb.PermissionRequest_Network:
		out.Kind, out.Value = Network, permission.Network
	case *pb.PermissionRequest_NetworkFrom:
		out.Kind, out.Value = NetworkFrom, permission.NetworkFrom
	case *pb.PermissionRequest_Environment:
		out.Kind, out.Value = Environment, permission.Environment
	case *pb.PermissionRequest_ReadFile:
		out.Kind, out.Value = ReadFile, permission.ReadFile
	case *pb.PermissionRequest_WriteFrom:
		out.Kind, out.Value = WriteFrom, permission.WriteFrom
	case *pb.PermissionRequest_Execute:
		out.Kind, out.Value = Execute, permission.Execute
	case *pb.PermissionRequest_ReadFrom:
		out.Kind, out.Value = ReadFrom, permission.ReadFrom
	case *pb.PermissionRequest_Identity:
		out.Kind, out.Value = Identity, permission.Identity
	case *pb.PermissionRequest_Programs:
		out.Kind = Programs
	}
	return out
}
