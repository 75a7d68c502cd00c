package syntax

// In HCL a map of named things is a labelled block in the singular, and a list of
// things is a repeated block; everything else is the same in both languages. The
// shapes say which blocks those are. They are the one place that knows: reading and
// printing follow them.

// shape is what the blocks in a body stand for. A block that it does not name is
// a map under the name of the block.
type shape map[string]block

// block is a kind of block.
type block struct {
	at     []string // where what it stands for is, from the node of the body
	form   form
	labels []string // the keys of what it stands for that stand as labels
	config bool     // with labels, the body is what stands under config
	body   shape
}

// form is how blocks of a name come together.
type form int

const (
	listed form = iota // they are the items of a list
	named              // they are the entries of a map, under their label
	single             // there is one
)

var (
	targetBlock = block{at: []string{"targets"}, form: listed, labels: []string{"provider", "kind"}, config: true}

	fieldShape = shape{
		"generator": {at: []string{"generator"}, form: single, labels: []string{"kind"}, config: true},
		"target":    targetBlock,
	}
	templateShape = shape{
		"field":  {at: []string{"fields"}, form: named, body: fieldShape},
		"target": targetBlock,
	}
	secretShape = shape{"target": targetBlock}
	policyShape = shape{"rule": {at: []string{"rules"}, form: listed}}

	secretfileShape = shape{
		"secret":         {at: []string{"secrets"}, form: listed, labels: []string{"name"}, body: secretShape},
		"provider":       {at: []string{"providers"}, form: named},
		"template":       {at: []string{"templates"}, form: named, body: templateShape},
		"policy":         {at: []string{"policies"}, form: named, body: policyShape},
		"plugin":         {at: []string{"plugins"}, form: named},
		"environment":    {at: []string{"environments", "profiles"}, form: named},
		"target_profile": {at: []string{"target_profiles"}, form: named},
	}
)

// labelCount is how many labels a block may have beside none.
func (b block) labelCount() int {
	if b.form == named {
		return 1
	}
	return len(b.labels)
}

func (d Dialect) shape() shape {
	if d == Secretfile {
		return secretfileShape
	}
	return nil
}

// spelled are the keys whose things are blocks of another name in HCL.
var spelled = map[string]string{
	"secrets": "secret", "providers": "provider", "templates": "template", "policies": "policy", "plugins": "plugin",
	"target_profiles": "target_profile", "fields": "field", "targets": "target", "rules": "rule",
}

// Spell is a key as a person writes it in a language.
func (l Language) Spell(key string) string {
	if block, ok := spelled[key]; ok && l == HCL {
		return block
	}
	return key
}
