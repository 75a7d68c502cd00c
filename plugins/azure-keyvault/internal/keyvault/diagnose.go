package keyvault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/secretzero/sz/plugins/azure-keyvault/internal/vault"
	"github.com/secretzero/sz/sdk"
)

// examination is one vault that is looked at: from its name to the rights there that a
// Secretfile needs, each step once. Where one fails, those after it are left out.
type examination struct {
	session *session
	vault   vault.Vault
	needs   needed
	probe   bool
	report  func(sdk.Finding)
}

// diagnose examines every vault that the places are in.
func diagnose(ctx context.Context, s *session, d sdk.Diagnosis[TargetConfig], report func(sdk.Finding)) error {
	var order []vault.Vault
	needs := map[vault.Vault]needed{}
	for _, p := range d.Places {
		v, _, err := s.place(p.Target)
		if err != nil {
			return err
		}
		if needs[v] == nil {
			order, needs[v] = append(order, v), needed{}
		}
		needs[v].add(p)
	}
	for _, v := range order {
		x := &examination{s, v, needs[v], d.ProbeWrite, report}
		x.run(context.WithValue(ctx, hurry{}, true))
	}
	return nil
}

// The steps before the rights, in order.
var reachSteps = []string{"dns", "connect", "tls", "challenge", "token"}

func (x *examination) run(ctx context.Context) {
	challenged, failed := x.reach(ctx)
	if failed == "" {
		failed = x.token(ctx, challenged)
	}
	if failed != "" {
		after := reachSteps[slices.Index(reachSteps, failed)+1:]
		for _, step := range append(slices.Clone(after), "rights") {
			x.say(step, sdk.Skipped, "not tried, since "+failed+" failed")
		}
		return
	}
	x.rights(ctx)
}

func (x *examination) say(step string, outcome sdk.FindingOutcome, detail string) {
	x.report(sdk.Finding{Subject: x.vault.Host, Step: step, Outcome: outcome, Detail: detail})
}

// fail reports a step that failed, as the same failure is told of in an apply.
func (x *examination) fail(step string, err error) string {
	f := sdk.Finding{Subject: x.vault.Host, Step: step, Outcome: sdk.FindingFailed, Detail: err.Error()}
	if known, ok := errors.AsType[*sdk.Error](err); ok {
		_, why, ok := strings.Cut(known.Summary, " failed: ") // what failed is the step itself
		if !ok {
			why = known.Summary
		}
		f.Detail, f.Hint = strings.TrimSpace(why+"\n"+known.Detail), known.Hint
	}
	x.report(f)
	return step
}

// token gets a token of the tenant that the vault is in, and says whose it is.
func (x *examination) token(ctx context.Context, tenant string) (failed string) {
	asked := policy.TokenRequestOptions{Scopes: []string{x.vault.Resource() + "/.default"}, TenantID: tenant}
	_, err := x.session.tokensFor(x.vault).GetToken(ctx, asked)
	if err != nil {
		return x.fail("token", err)
	}
	x.say("token", sdk.Passed, x.session.identity.Who().String())
	return ""
}

// rights tests each right and says what is missing, and how to get it.
func (x *examination) rights(ctx context.Context) {
	in, err := x.session.store(x.vault)
	if err != nil {
		x.fail("rights", err)
		return
	}
	var missing, later []right
	for _, r := range x.needs.sorted() {
		switch outcome, detail, err := x.try(ctx, in, r); {
		case err != nil:
			x.fail(string(r), err)
			return // it is nothing that a right would change
		case outcome == sdk.FindingFailed && x.needs[r] == forRemoval:
			later = append(later, r)
			x.say(string(r), sdk.Warned, detail+"; only `sz destroy`, `sz purge` and `--prune` need it")
		case outcome == sdk.FindingFailed:
			missing = append(missing, r)
			x.say(string(r), outcome, detail)
		default:
			x.say(string(r), outcome, detail)
		}
	}
	if len(missing) > 0 {
		x.grant(sdk.FindingFailed, "missing for plan and apply: "+words(missing), x.needs.required())
	}
	switch {
	case len(later) > 0 && len(missing) > 0:
		x.say("grant", sdk.Warned, "missing to remove secrets: "+words(later)+"; for who is to do that, add them to the rights above")
	case len(later) > 0:
		x.grant(sdk.Warned, "missing to remove secrets: "+words(later), x.needs.sorted())
	}
}

// grant says how to get rights: all that are needed and no others, for vaults that go
// by roles and for those that go by access policies.
func (x *examination) grant(outcome sdk.FindingOutcome, detail string, all []right) {
	t := &trouble{vault: x.vault, who: x.session.identity.Who()}
	kind := "ServicePrincipal"
	if t.who.Person {
		kind = "User"
	}
	run := func(text string) string { return strings.Trim(t.run(text), "`") }
	assign := func(role string) string {
		return run("az role assignment create --role \"" + role + "\" --assignee-object-id OBJECT --assignee-principal-type " + kind + " --scope \"$(az keyvault show --name VAULT --query id -o tsv)\"")
	}
	x.report(sdk.Finding{
		Subject: x.vault.Host, Step: "grant", Outcome: outcome, Detail: detail,
		Hint: "where roles decide, the first command grants the smallest built-in role that has them, or the second and the third one with these rights alone; where access policies decide, the last command: " +
			run("az keyvault show --name VAULT --query properties.enableRbacAuthorization -o tsv") + " tells which",
		Commands: []string{
			assign(builtIn(all)),
			run("az role definition create --role-definition \"" + exactRole(x.vault.Name, all) + "\""),
			assign("sz " + x.vault.Name),
			run("az keyvault set-policy --name VAULT --object-id OBJECT --secret-permissions " + strings.Join(policyWords(all), " ")),
		},
	})
}

// exactRole is the definition of a role with some rights and no others, to stand in
// double quotes of a shell.
func exactRole(vaultName string, all []right) string {
	var actions []string
	for _, r := range all {
		actions = append(actions, `\"`+dataActions[r]+`\"`)
	}
	return fmt.Sprintf(`{\"Name\":\"sz %s\",\"Description\":\"what sz needs in vault %s\",\"Actions\":[],\"DataActions\":[%s],\"AssignableScopes\":[\"/subscriptions/$(az account show --query id -o tsv)\"]}`,
		vaultName, vaultName, strings.Join(actions, ","))
}
